/** Not API: how key expressions are compiled. */
@NullMarked
package dev.headroom.annotation.internal;

import org.jspecify.annotations.NullMarked;
