/** Load sensors, adaptive throttling and shedding. */
@NullMarked
package dev.headroom.throttle;

import org.jspecify.annotations.NullMarked;
