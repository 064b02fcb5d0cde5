package dev.headroom.metrics;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Names a request's route for meters: few names, never the address itself.
 *
 * <p>The default takes the servlet's mapping as the application registered it, such as {@code /products/*}.
 */
@FunctionalInterface
public interface RouteNamer {
    /** The route's name; asked after the request was served, on the request that the filter saw. */
    String name(HttpServletRequest request);

    /** The pattern by which the container chose the servlet; {@code root} for the application's root. */
    static RouteNamer mapping() {
        return request -> {
            String pattern = request.getHttpServletMapping().getPattern();
            return pattern == null || pattern.isEmpty() ? "root" : pattern;
        };
    }
}
