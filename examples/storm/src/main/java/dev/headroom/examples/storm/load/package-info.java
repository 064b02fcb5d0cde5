/** Thousands of keep-alive connections from one thread. */
@NullMarked
package dev.headroom.examples.storm.load;

import org.jspecify.annotations.NullMarked;
