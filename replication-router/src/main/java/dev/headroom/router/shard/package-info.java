/** Which cluster holds a key: logical databases on physical clusters. */
@NullMarked
package dev.headroom.router.shard;

import org.jspecify.annotations.NullMarked;
