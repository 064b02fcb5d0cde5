/** The host for Jakarta Transactions. */
@NullMarked
package dev.headroom.jta;

import org.jspecify.annotations.NullMarked;
