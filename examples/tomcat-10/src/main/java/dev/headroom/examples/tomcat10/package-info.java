/** A small shop window: the shortest complete application. */
@NullMarked
package dev.headroom.examples.tomcat10;

import org.jspecify.annotations.NullMarked;
