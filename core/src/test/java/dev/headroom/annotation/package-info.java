@NullMarked
package dev.headroom.annotation;

import org.jspecify.annotations.NullMarked;
