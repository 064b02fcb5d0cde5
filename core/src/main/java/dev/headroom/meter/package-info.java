/** Measurements out ({@link dev.headroom.meter.Meters}) and in ({@link dev.headroom.meter.Readings}). */
@NullMarked
package dev.headroom.meter;

import org.jspecify.annotations.NullMarked;
