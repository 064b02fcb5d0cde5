/** What the router asks the database products it knows. */
@NullMarked
package dev.headroom.router.internal.dialect;

import org.jspecify.annotations.NullMarked;
