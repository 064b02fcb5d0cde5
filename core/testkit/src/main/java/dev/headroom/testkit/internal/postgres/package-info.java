/** How the test kit runs PostgreSQL; not for use from outside. */
@NullMarked
package dev.headroom.testkit.internal.postgres;

import org.jspecify.annotations.NullMarked;
