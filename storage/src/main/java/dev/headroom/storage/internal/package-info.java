/** Not API: what the stores share. */
@NullMarked
package dev.headroom.storage.internal;

import org.jspecify.annotations.NullMarked;
