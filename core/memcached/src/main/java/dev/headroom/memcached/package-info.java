/** Transport to memcached: per-node breakers, deadlines and probing. */
@NullMarked
package dev.headroom.memcached;

import org.jspecify.annotations.NullMarked;
