package dev.headroom.internal;

import dev.headroom.console.ConsolePanel;
import dev.headroom.health.Health;
import dev.headroom.internal.debug.DebugStore;
import dev.headroom.load.LoadFeedback;
import dev.headroom.servlet.WebOptions;
import java.util.List;

/**
 * What the filters and servlets of core work with.
 *
 * @param application the application's name
 * @param options how the application is on the web
 * @param inFlight the requests being served
 * @param health how the application is
 * @param load the load feedback
 * @param panels the panels of the components
 * @param debug the logs of the last debugged requests
 */
public record WebRuntime(
        String application,
        WebOptions options,
        InFlight inFlight,
        Health health,
        LoadFeedback load,
        List<ConsolePanel> panels,
        DebugStore debug) {
    /** Copies the list. */
    public WebRuntime {
        panels = List.copyOf(panels);
    }
}
