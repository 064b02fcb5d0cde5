/** Implementation; not for use from outside. */
@NullMarked
package dev.headroom.session.internal;

import org.jspecify.annotations.NullMarked;
