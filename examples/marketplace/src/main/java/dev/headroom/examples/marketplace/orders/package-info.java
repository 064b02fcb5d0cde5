/** Carts and orders. */
@NullMarked
package dev.headroom.examples.marketplace.orders;

import org.jspecify.annotations.NullMarked;
