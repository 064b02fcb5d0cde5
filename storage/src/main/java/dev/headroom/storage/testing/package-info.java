/** A store in memory, for users' tests. */
@NullMarked
package dev.headroom.storage.testing;

import org.jspecify.annotations.NullMarked;
