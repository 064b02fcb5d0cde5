/** Standbys that lag. */
@NullMarked
package dev.headroom.examples.storm.lag;

import org.jspecify.annotations.NullMarked;
