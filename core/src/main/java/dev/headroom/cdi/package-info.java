/** Headroom in a CDI application: annotations on beans. */
@NullMarked
package dev.headroom.cdi;

import org.jspecify.annotations.NullMarked;
