/** The queue with PostgreSQL's own driver. */
@NullMarked
package dev.headroom.queue.postgresql;

import org.jspecify.annotations.NullMarked;
