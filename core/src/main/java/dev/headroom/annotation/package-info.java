/** The engine that makes annotations on interface methods come alive. */
@NullMarked
package dev.headroom.annotation;

import org.jspecify.annotations.NullMarked;
