/** A cache that loads once for many callers and never stores what an invalidation has overtaken. */
@NullMarked
package dev.headroom.cache;

import org.jspecify.annotations.NullMarked;
