/** Drives load and faults at a running marketplace and checks what must hold. */
@NullMarked
package dev.headroom.examples.storm;

import org.jspecify.annotations.NullMarked;
