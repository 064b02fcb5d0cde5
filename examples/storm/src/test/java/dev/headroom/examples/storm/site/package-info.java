@NullMarked
package dev.headroom.examples.storm.site;

import org.jspecify.annotations.NullMarked;
