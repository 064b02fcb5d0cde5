/** Delayed-job queue on the application's own database, enqueued in the caller's transaction. */
@NullMarked
package dev.headroom.queue;

import org.jspecify.annotations.NullMarked;
