/** Cron expressions, by cron-utils. */
@NullMarked
package dev.headroom.queue.cron;

import org.jspecify.annotations.NullMarked;
