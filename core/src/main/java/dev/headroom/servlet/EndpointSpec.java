package dev.headroom.servlet;

import dev.headroom.config.Checks;
import jakarta.servlet.Servlet;
import java.util.List;

/**
 * A servlet that a component contributes. Registered with async support.
 *
 * @param name unique in the application
 * @param servlet the servlet
 * @param paths servlet URL patterns, for example {@code /queue/*}
 */
public record EndpointSpec(String name, Servlet servlet, List<String> paths) {
    /** Checks and copies. */
    public EndpointSpec {
        Checks.name("name", name);
        Checks.present("servlet", servlet);
        paths = List.copyOf(Checks.notEmpty("paths", paths));
    }

    /** A servlet under these paths. */
    public static EndpointSpec of(String name, Servlet servlet, String... paths) {
        return new EndpointSpec(name, servlet, List.of(paths));
    }
}
