/** Named checks of what the application depends on. */
@NullMarked
package dev.headroom.health;

import org.jspecify.annotations.NullMarked;
