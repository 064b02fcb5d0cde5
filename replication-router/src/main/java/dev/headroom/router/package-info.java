/** A {@code DataSource} that splits reads from writes and knows how far every replica is behind. */
@NullMarked
package dev.headroom.router;

import org.jspecify.annotations.NullMarked;
