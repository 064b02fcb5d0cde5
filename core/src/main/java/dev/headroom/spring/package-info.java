/** Headroom in a Spring application: annotations on beans, work after Spring's transactions. */
@NullMarked
package dev.headroom.spring;

import org.jspecify.annotations.NullMarked;
