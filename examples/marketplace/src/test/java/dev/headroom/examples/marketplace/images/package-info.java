@NullMarked
package dev.headroom.examples.marketplace.images;

import org.jspecify.annotations.NullMarked;
