/** The throttle's implementation; no API. */
@NullMarked
package dev.headroom.throttle.internal;

import org.jspecify.annotations.NullMarked;
