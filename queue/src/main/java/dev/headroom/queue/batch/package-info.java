/** Jobs that belong together: batches, chains and graphs of jobs that wait for one another. */
@NullMarked
package dev.headroom.queue.batch;

import org.jspecify.annotations.NullMarked;
