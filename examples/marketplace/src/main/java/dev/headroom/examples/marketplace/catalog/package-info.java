/** Sellers and what they offer. */
@NullMarked
package dev.headroom.examples.marketplace.catalog;

import org.jspecify.annotations.NullMarked;
