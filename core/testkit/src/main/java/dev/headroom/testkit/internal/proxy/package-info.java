/** How the TCP proxy moves bytes; not for use from outside. */
@NullMarked
package dev.headroom.testkit.internal.proxy;

import org.jspecify.annotations.NullMarked;
