/** Stampede-safe two-tier cache: Caffeine in the JVM, memcached across JVMs. */
@NullMarked
package dev.headroom.cache;

import org.jspecify.annotations.NullMarked;
