/** Values as JSON, through Jackson 2 or 3. */
@NullMarked
package dev.headroom.json;

import org.jspecify.annotations.NullMarked;
