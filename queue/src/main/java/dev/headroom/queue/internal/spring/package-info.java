/** What the queue itself asks Spring. */
@NullMarked
package dev.headroom.queue.internal.spring;

import org.jspecify.annotations.NullMarked;
