/** The smallest application on CDI. */
@NullMarked
package dev.headroom.examples.cdi;

import org.jspecify.annotations.NullMarked;
