/** What authors of flag sources implement. */
@NullMarked
package dev.headroom.flags.spi;

import org.jspecify.annotations.NullMarked;
