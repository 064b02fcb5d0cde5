package dev.headroom.internal;

import dev.headroom.console.ConsoleServlet;
import dev.headroom.servlet.ContextFilter;
import dev.headroom.servlet.DebugServlet;
import dev.headroom.servlet.EndpointSpec;
import dev.headroom.servlet.FilterSlot;
import dev.headroom.servlet.FilterSpec;
import dev.headroom.servlet.HealthServlet;
import dev.headroom.servlet.Registration;
import dev.headroom.servlet.WebOptions;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;

/** Puts core's own filters and endpoints before those of the components. */
public final class WebPieces {
    private WebPieces() {}

    /** Registers everything with the servlet context. */
    public static void register(Assembly assembly, WebOptions options, ServletContext context) {
        Registration registration = new Registration();
        registration.filter(FilterSpec.of("headroom-context", FilterSlot.CONTEXT, new ContextFilter())
                .on(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR));
        String health = options.healthPath();
        registration.endpoint(EndpointSpec.of("headroom-health", new HealthServlet(), health, health + "/*"));
        String console = options.consolePath();
        registration.endpoint(EndpointSpec.of("headroom-console", new ConsoleServlet(), console, console + "/*"));
        registration.endpoint(EndpointSpec.of("headroom-debug", new DebugServlet(), console + "/debug/*"));
        assembly.web(registration);
        registration.into(context);
    }
}
