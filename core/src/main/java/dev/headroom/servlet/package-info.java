/** Filters and endpoints, and the one order in which they are registered. */
@NullMarked
package dev.headroom.servlet;

import org.jspecify.annotations.NullMarked;
