/** Where sessions are kept: what the author of a store implements. */
@NullMarked
package dev.headroom.session.spi;

import org.jspecify.annotations.NullMarked;
