@NullMarked
package dev.headroom.examples.storm.pictures;

import org.jspecify.annotations.NullMarked;
