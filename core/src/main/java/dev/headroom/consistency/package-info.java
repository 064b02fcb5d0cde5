/** The position in a database's log that a read must have reached. */
@NullMarked
package dev.headroom.consistency;

import org.jspecify.annotations.NullMarked;
