/** Not API: the statements of the job queue. */
@NullMarked
package dev.headroom.queue.internal.sql;

import org.jspecify.annotations.NullMarked;
