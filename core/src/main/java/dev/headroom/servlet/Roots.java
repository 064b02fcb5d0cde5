package dev.headroom.servlet;

import dev.headroom.Headroom;
import dev.headroom.internal.WebRuntime;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;

/** Finds the application in a servlet context, for what the container creates. */
final class Roots {
    private Roots() {}

    static WebRuntime web(ServletContext context) throws ServletException {
        try {
            return Headroom.of(context).web();
        } catch (IllegalStateException absent) {
            throw new ServletException(absent.getMessage(), absent);
        }
    }
}
