@NullMarked
package dev.headroom.examples.storm.output;

import org.jspecify.annotations.NullMarked;
