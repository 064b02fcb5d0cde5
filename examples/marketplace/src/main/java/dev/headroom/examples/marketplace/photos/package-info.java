/** Photographs: stored at once, made small later. */
@NullMarked
package dev.headroom.examples.marketplace.photos;

import org.jspecify.annotations.NullMarked;
