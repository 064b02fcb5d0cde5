/** One consistent view of all flags for a request. */
@NullMarked
package dev.headroom.flags.servlet;

import org.jspecify.annotations.NullMarked;
