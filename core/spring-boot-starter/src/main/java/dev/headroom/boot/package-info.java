/** Headroom in Spring Boot 3.5 and 4. */
@NullMarked
package dev.headroom.boot;

import org.jspecify.annotations.NullMarked;
