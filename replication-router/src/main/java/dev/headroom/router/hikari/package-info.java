/** Nodes whose pools are HikariCP's. */
@NullMarked
package dev.headroom.router.hikari;

import org.jspecify.annotations.NullMarked;
