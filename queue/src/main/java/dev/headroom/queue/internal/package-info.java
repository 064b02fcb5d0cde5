/** Not API: how the job queue works. */
@NullMarked
package dev.headroom.queue.internal;

import org.jspecify.annotations.NullMarked;
