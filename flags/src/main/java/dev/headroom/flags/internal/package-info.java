/** Not API: how flags are compiled and counted. */
@NullMarked
package dev.headroom.flags.internal;

import org.jspecify.annotations.NullMarked;
