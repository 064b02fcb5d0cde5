/** The marketplace: sellers, photographs, carts and orders, on every module of Headroom. */
@NullMarked
package dev.headroom.examples.marketplace;

import org.jspecify.annotations.NullMarked;
