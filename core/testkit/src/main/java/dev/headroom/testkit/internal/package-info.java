/** How the test kit runs processes; not for use from outside. */
@NullMarked
package dev.headroom.testkit.internal;

import org.jspecify.annotations.NullMarked;
