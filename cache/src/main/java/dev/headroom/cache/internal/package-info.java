/** Implementation; not for use from outside. */
@NullMarked
package dev.headroom.cache.internal;

import org.jspecify.annotations.NullMarked;
