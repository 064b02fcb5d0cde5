@NullMarked
package dev.headroom.examples.storm;

import org.jspecify.annotations.NullMarked;
