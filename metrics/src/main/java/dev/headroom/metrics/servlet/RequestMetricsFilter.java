package dev.headroom.metrics.servlet;

import dev.headroom.Headroom;
import dev.headroom.meter.Meters;
import dev.headroom.metrics.MetricsMeters;
import dev.headroom.metrics.RouteNamer;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Measures every request: how long it took, by route, status class and outcome, and how many are in flight. An asynchronous request
 * is measured until it completes. Each is measured exactly once, whatever is thrown. Thread-safe.
 *
 * <p>Contributed by {@link dev.headroom.metrics.Metrics}; in {@code web.xml} it finds the application's {@link Headroom} in the servlet
 * context.
 */
public final class RequestMetricsFilter implements Filter {
    private static final String MEASURED = RequestMetricsFilter.class.getName();

    private final AtomicLong inFlight = new AtomicLong();
    private final RouteNamer routes;
    private @Nullable Meters meters;

    /** For {@code web.xml}. */
    public RequestMetricsFilter() {
        this.routes = RouteNamer.mapping();
    }

    /** A filter that writes to these meters. */
    public RequestMetricsFilter(Meters meters, RouteNamer routes) {
        this.routes = routes;
        use(meters);
    }

    @Override
    public void init(FilterConfig config) {
        if (meters == null) {
            use(Headroom.of(config.getServletContext()).contracts().meters());
        }
    }

    private void use(Meters found) {
        meters = found;
        found.gauge(MetricsMeters.IN_FLIGHT, inFlight::get);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http)
                || !(response instanceof HttpServletResponse answer)
                || request.getAttribute(MEASURED) != null) {
            chain.doFilter(request, response);
            return;
        }
        Measured measured = new Measured(http, answer);
        request.setAttribute(MEASURED, measured);
        boolean failed = true;
        try {
            chain.doFilter(request, response);
            failed = false;
        } finally {
            if (failed || !request.isAsyncStarted()) {
                measured.end(failed);
            } else {
                request.getAsyncContext().addListener(measured);
            }
        }
    }

    private final class Measured implements AsyncListener {
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final long start = System.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        Measured(HttpServletRequest request, HttpServletResponse response) {
            this.request = request;
            this.response = response;
            inFlight.incrementAndGet();
        }

        void end(boolean failed) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            inFlight.decrementAndGet();
            int status = failed ? HttpServletResponse.SC_INTERNAL_SERVER_ERROR : response.getStatus();
            Meters to = meters;
            if (to != null) {
                String outcome = status >= 500 ? "failure" : status >= 400 ? "refused" : "success";
                to.timer(
                                MetricsMeters.REQUESTS,
                                "route",
                                routes.name(request),
                                "status",
                                status / 100 + "xx",
                                "outcome",
                                outcome)
                        .recordNanos(System.nanoTime() - start);
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end(event.getThrowable() != null);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // The container completes the request, or the application does: onComplete follows in both cases.
        }

        @Override
        public void onError(AsyncEvent event) {
            end(true);
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
