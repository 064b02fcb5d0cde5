/** Cron expressions, by cron-utils. */
@NullMarked
package dev.headroom.queue.internal.cron;

import org.jspecify.annotations.NullMarked;
