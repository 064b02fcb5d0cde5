@NullMarked
package dev.headroom.examples.storm.upload;

import org.jspecify.annotations.NullMarked;
