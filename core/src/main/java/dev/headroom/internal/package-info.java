/** Not API: how the composition root works. */
@NullMarked
package dev.headroom.internal;

import org.jspecify.annotations.NullMarked;
