/** Requests measured, and measurements served. */
@NullMarked
package dev.headroom.metrics.servlet;

import org.jspecify.annotations.NullMarked;
