/** Not for users: may change without notice. */
@NullMarked
package dev.headroom.router.internal;

import org.jspecify.annotations.NullMarked;
