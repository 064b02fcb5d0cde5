@NullMarked
package dev.headroom.codec;

import org.jspecify.annotations.NullMarked;
