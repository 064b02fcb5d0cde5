/** memcached as the tier that several JVMs share. */
@NullMarked
package dev.headroom.cache.memcached;

import org.jspecify.annotations.NullMarked;
