/** A small shop window: the shortest complete application. */
@NullMarked
package dev.headroom.examples.jetty12;

import org.jspecify.annotations.NullMarked;
