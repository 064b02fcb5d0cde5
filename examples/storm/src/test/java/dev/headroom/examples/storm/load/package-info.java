@NullMarked
package dev.headroom.examples.storm.load;

import org.jspecify.annotations.NullMarked;
