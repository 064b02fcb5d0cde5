/** Keeps and shows the debug lines of a request whose sender may see them. */
@NullMarked
package dev.headroom.internal.debug;

import org.jspecify.annotations.NullMarked;
