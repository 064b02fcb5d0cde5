/** The queue in Spring's transactions. */
@NullMarked
package dev.headroom.queue.spring;

import org.jspecify.annotations.NullMarked;
