@NullMarked
package dev.headroom.inventory;

import org.jspecify.annotations.NullMarked;
