/** How the site is put together from its environment. */
@NullMarked
package dev.headroom.examples.marketplace.setup;

import org.jspecify.annotations.NullMarked;
