@NullMarked
package dev.headroom.background;

import org.jspecify.annotations.NullMarked;
