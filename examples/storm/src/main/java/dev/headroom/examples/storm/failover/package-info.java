/** A primary that dies. */
@NullMarked
package dev.headroom.examples.storm.failover;

import org.jspecify.annotations.NullMarked;
