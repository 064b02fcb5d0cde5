package dev.headroom.throttle.servlet;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import dev.headroom.load.Criticality;
import dev.headroom.throttle.Gate;
import dev.headroom.throttle.GateSnapshot;
import dev.headroom.throttle.Throttle;
import dev.headroom.throttle.ThrottleOptions;
import dev.headroom.throttle.internal.Paths;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests through a {@link Throttle}'s gate. A refused one is answered at once with 503, {@code Retry-After} and
 * {@code X-Shed: <criticality>}, before it costs anything.
 *
 * <p>A request holds its place until it is complete, asynchronous ones included, and gives it back exactly once whatever is thrown. An
 * exception, a status of 500 or more and an asynchronous timeout count as {@link Gate.Outcome#DROPPED}. Thread-safe.
 *
 * <p>Contributed by {@link Throttle}. In {@code web.xml} it is written with {@code async-supported} and the dispatchers {@code REQUEST}
 * and {@code ASYNC}, after core's context filter, and finds the throttle in the application's {@link Headroom}.
 */
public final class ThrottleFilter implements Filter {
    private static final byte[] BODY =
            "Too busy at the moment. Please try again shortly.\n".getBytes(StandardCharsets.UTF_8);

    private @Nullable Rules rules;

    private record Rules(Gate gate, ThrottleOptions options, Paths bypass, Paths unmeasured) {
        static Rules of(Throttle throttle) {
            ThrottleOptions options = throttle.options();
            return new Rules(throttle.gate(), options, new Paths(options.bypass()), new Paths(options.unmeasured()));
        }
    }

    /** A filter that finds its throttle in the servlet context. */
    public ThrottleFilter() {}

    /** A filter for this throttle. */
    public ThrottleFilter(Throttle throttle) {
        rules = Rules.of(throttle);
    }

    /**
     * {@inheritDoc}
     *
     * @throws ServletException if the servlet context has no application, or the application no throttle
     */
    @Override
    public void init(FilterConfig config) throws ServletException {
        if (rules == null) {
            try {
                rules = Rules.of(Headroom.of(config.getServletContext())
                        .component(Throttle.class)
                        .orElseThrow(() -> new ServletException(
                                "throttle: none (expected: a Throttle plugged into the application)")));
            } catch (IllegalStateException absent) {
                throw new ServletException(absent.getMessage(), absent);
            }
        }
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Rules by = Objects.requireNonNull(rules, "init() was not called");
        if (!(request instanceof HttpServletRequest http) || !(response instanceof HttpServletResponse answer)) {
            chain.doFilter(request, response);
        } else if (request.getAttribute(Place.ATTRIBUTE) instanceof Place place) {
            serve(http, answer, chain, place);
        } else if (by.gate.mode() == Gate.Mode.OFF || by.bypass.match(path(http))) {
            chain.doFilter(request, response);
        } else {
            enter(http, answer, chain, by);
        }
    }

    private static void enter(HttpServletRequest request, HttpServletResponse response, FilterChain chain, Rules by)
            throws IOException, ServletException {
        Criticality criticality = RequestContext.current().criticality();
        long permit = by.gate.tryEnter(criticality);
        if (permit == 0) {
            refuse(response, criticality, by);
            return;
        }
        Place place = new Place(by.gate, permit, response, measured(request, by));
        request.setAttribute(Place.ATTRIBUTE, place);
        serve(request, response, chain, place);
    }

    private static void serve(HttpServletRequest request, HttpServletResponse response, FilterChain chain, Place place)
            throws IOException, ServletException {
        boolean done = false;
        try {
            chain.doFilter(request, response);
            done = true;
        } finally {
            if (!done) {
                // Even if it is asynchronous: containers do not complete every request that fails after startAsync.
                place.fail();
                place.release();
            }
        }
        if (request.isAsyncStarted()) {
            place.await(request);
        } else if (!place.awaited()) {
            place.release();
        }
    }

    private static boolean measured(HttpServletRequest request, Rules by) {
        String type = request.getContentType();
        boolean multipart = type != null && type.regionMatches(true, 0, "multipart/", 0, 10);
        return !multipart && !by.unmeasured.match(path(request));
    }

    private static String path(HttpServletRequest request) {
        String more = request.getPathInfo();
        return more == null ? request.getServletPath() : request.getServletPath() + more;
    }

    private static void refuse(HttpServletResponse response, Criticality criticality, Rules by) throws IOException {
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            GateSnapshot now = by.gate.snapshot();
            String text = String.format(
                    Locale.ROOT, "refused %s (limit=%d, inFlight=%d)", criticality, now.limit(), now.inFlight());
            debug.add("load", text, -1, null);
        }
        long from = by.options.retryAfterFrom().toSeconds();
        long choices = by.options.retryAfterTo().toSeconds() - from + 1;
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader(
                "Retry-After",
                Long.toString(from + (long) (choices * by.options.random().getAsDouble())));
        response.setHeader("X-Shed", criticality.name());
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("text/plain;charset=utf-8");
        response.setContentLength(BODY.length);
        response.getOutputStream().write(BODY);
    }
}
