/** Spring's cache abstraction over these caches; for Spring 6.2 and 7. */
@NullMarked
package dev.headroom.cache.spring;

import org.jspecify.annotations.NullMarked;
