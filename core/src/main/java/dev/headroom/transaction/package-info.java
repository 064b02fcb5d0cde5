/** Work that belongs to the end of the current transaction. */
@NullMarked
package dev.headroom.transaction;

import org.jspecify.annotations.NullMarked;
