/** Advice on how many servers should work on the queue. */
@NullMarked
package dev.headroom.queue.scale;

import org.jspecify.annotations.NullMarked;
