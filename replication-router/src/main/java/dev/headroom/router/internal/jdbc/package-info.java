/** Statements and results that lead back to the routed connection. */
@NullMarked
package dev.headroom.router.internal.jdbc;

import org.jspecify.annotations.NullMarked;
