/** Implementation; not for use from outside. */
@NullMarked
package dev.headroom.memcached.internal;

import org.jspecify.annotations.NullMarked;
