/** The queue in Jakarta transactions. */
@NullMarked
package dev.headroom.queue.jta;

import org.jspecify.annotations.NullMarked;
