@NullMarked
package dev.headroom.transaction;

import org.jspecify.annotations.NullMarked;
