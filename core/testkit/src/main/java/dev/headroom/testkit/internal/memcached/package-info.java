/** How the test kit runs memcached; not for use from outside. */
@NullMarked
package dev.headroom.testkit.internal.memcached;

import org.jspecify.annotations.NullMarked;
