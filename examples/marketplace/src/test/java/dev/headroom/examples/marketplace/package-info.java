/** The packaged marketplace, from outside. */
@NullMarked
package dev.headroom.examples.marketplace;

import org.jspecify.annotations.NullMarked;
