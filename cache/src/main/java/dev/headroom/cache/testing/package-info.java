/** Doubles for tests, and for an application of one process. */
@NullMarked
package dev.headroom.cache.testing;

import org.jspecify.annotations.NullMarked;
