/** JCache (JSR-107 1.1): caches of this JVM, found by {@code Caching.getCachingProvider()}. */
@NullMarked
package dev.headroom.cache.jcache;

import org.jspecify.annotations.NullMarked;
