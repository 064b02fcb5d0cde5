/** Transport to memcached: one client per node, with deadlines and a breaker; no policy. */
@NullMarked
package dev.headroom.memcached;

import org.jspecify.annotations.NullMarked;
