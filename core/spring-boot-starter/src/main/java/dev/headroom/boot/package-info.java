/** Auto-configuration that plugs the components of a Spring Boot application together. */
@NullMarked
package dev.headroom.boot;

import org.jspecify.annotations.NullMarked;
