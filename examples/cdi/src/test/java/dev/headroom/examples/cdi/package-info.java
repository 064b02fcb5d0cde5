@NullMarked
package dev.headroom.examples.cdi;

import org.jspecify.annotations.NullMarked;
