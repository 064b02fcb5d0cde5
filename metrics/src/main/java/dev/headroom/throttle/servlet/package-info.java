/** The throttle in front of servlets. */
@NullMarked
package dev.headroom.throttle.servlet;

import org.jspecify.annotations.NullMarked;
