/** What an adapter to a tier that several JVMs share implements. */
@NullMarked
package dev.headroom.cache.spi;

import org.jspecify.annotations.NullMarked;
