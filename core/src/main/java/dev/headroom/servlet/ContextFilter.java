package dev.headroom.servlet;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.http.ContextHeaders;
import dev.headroom.internal.InFlight;
import dev.headroom.internal.WebRuntime;
import dev.headroom.internal.debug.DebugResponse;
import dev.headroom.internal.debug.DebugText;
import dev.headroom.internal.debug.RequestDebugLog;
import jakarta.servlet.DispatcherType;
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
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Opens the {@link RequestContext} of every request; the outermost filter.
 *
 * <p>Reads {@code traceparent}, {@code X-Request-Id} and who sends it, answers with {@code traceparent} and {@code X-Request-Id},
 * counts the request until it is complete, and keeps debug lines for those who may see them. A request that goes asynchronous keeps its
 * context on every later dispatch and in tasks given to {@code AsyncContext.start}, and is counted until the container completes it.
 * While the application drains, answers carry {@code Connection: close}. Once it is closed, requests other than for its health are answered
 * with 503 and {@code Retry-After}, before they reach what is closed. Thread-safe.
 *
 * <p>Registered by {@link Headroom#register}. In {@code web.xml} it is written first, with {@code async-supported} and the dispatchers
 * {@code REQUEST}, {@code ASYNC} and {@code ERROR}.
 */
public final class ContextFilter implements Filter {
    private static final byte[] CLOSED =
            "This server has just stopped. Please try again.\n".getBytes(StandardCharsets.UTF_8);

    private @Nullable WebRuntime web;

    /** A filter that finds its application in the servlet context. */
    public ContextFilter() {}

    /**
     * {@inheritDoc}
     *
     * @throws ServletException if the servlet context has no application
     */
    @Override
    public void init(FilterConfig config) throws ServletException {
        web = Roots.web(config.getServletContext());
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean http = request instanceof HttpServletRequest && response instanceof HttpServletResponse;
        RequestState known = (RequestState) request.getAttribute(RequestState.ATTRIBUTE);
        if (!http || known != null && known.inside()) {
            chain.doFilter(request, response);
            return;
        }
        Exchange exchange = new Exchange((HttpServletRequest) request, (HttpServletResponse) response, chain);
        if (known == null) {
            begin(exchange);
        } else {
            again(exchange, known);
        }
    }

    private record Exchange(HttpServletRequest request, HttpServletResponse response, FilterChain chain) {}

    private void begin(Exchange exchange) throws IOException, ServletException {
        WebRuntime runtime = Objects.requireNonNull(web, "init() was not called");
        HttpServletRequest request = exchange.request;
        RequestContext context = Incoming.context(request, runtime.options());
        RequestDebugLog log = Debugging.log(request, context, runtime.options().debug());
        if (log != null) {
            context = context.with().debug(log).build();
            Debugging.announce(exchange.response, request, context, runtime);
            runtime.debug().keep(context.traceId().value(), log);
        }
        exchange.response.setHeader(
                ContextHeaders.TRACEPARENT, context.traceId().traceparent());
        exchange.response.setHeader(ContextHeaders.REQUEST_ID, ContextHeaders.requestId(context));
        boolean ending = runtime.health().draining() || runtime.inFlight().closed();
        if (ending && request.getProtocol().startsWith("HTTP/1")) {
            exchange.response.setHeader("Connection", "close");
        }
        InFlight.Ticket ticket = runtime.inFlight().enter();
        if (runtime.inFlight().closed() && !asksForHealth(request, runtime)) {
            ticket.release();
            turnAway(exchange.response);
            return;
        }
        RequestState state = new RequestState(context, log, ticket);
        request.setAttribute(RequestState.ATTRIBUTE, state);
        dispatch(exchange, state);
        releaseUnlessAsync(request, state);
    }

    private static boolean asksForHealth(HttpServletRequest request, WebRuntime runtime) {
        String path = request.getServletPath();
        String health = runtime.options().healthPath();
        return path.equals(health) || path.startsWith(health + "/");
    }

    /** What components would need to answer is closed already, and a container that stops may still read from kept connections. */
    private static void turnAway(HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.setHeader("Retry-After", "1");
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("text/plain;charset=utf-8");
        response.getOutputStream().write(CLOSED);
    }

    private void again(Exchange exchange, RequestState state) throws IOException, ServletException {
        boolean errorPage = exchange.request.getDispatcherType() == DispatcherType.ERROR && state.released();
        if (!errorPage) {
            dispatch(exchange, state);
            return;
        }
        InFlight.Ticket ticket =
                Objects.requireNonNull(web, "init() was not called").inFlight().enter();
        try {
            dispatch(exchange, state);
        } finally {
            ticket.release();
        }
    }

    private static void dispatch(Exchange exchange, RequestState state) throws IOException, ServletException {
        boolean done = false;
        try {
            if (state.log == null) {
                run(exchange, exchange.response, state);
            } else {
                debug(exchange, state, state.log);
            }
            done = true;
        } finally {
            if (!done) {
                // Even if it is asynchronous: containers do not complete every request that fails after startAsync.
                state.release();
            }
        }
    }

    private static void debug(Exchange exchange, RequestState state, RequestDebugLog log)
            throws IOException, ServletException {
        boolean hasBody = !exchange.request.getMethod().equals("HEAD");
        DebugResponse held = new DebugResponse(exchange.response, hasBody);
        boolean done = false;
        try {
            run(exchange, held, state);
            done = true;
        } finally {
            if (!done) {
                held.discard();
            }
        }
        Debugging.answered(exchange.response, log);
        held.finish(() -> DebugText.html(state.context.traceId().value(), log));
    }

    private static void run(Exchange exchange, HttpServletResponse response, RequestState state)
            throws IOException, ServletException {
        HttpServletRequest request = ContextRequest.around(exchange.request, response, state);
        state.inside(true);
        try (RequestContext.Scope scope = state.context.open()) {
            Objects.requireNonNull(scope);
            exchange.chain.doFilter(request, response);
        } finally {
            state.inside(false);
        }
    }

    private static void releaseUnlessAsync(HttpServletRequest request, RequestState state) {
        if (!state.asynchronous() && request.isAsyncStarted()) {
            try {
                state.started(request.getAsyncContext());
            } catch (IllegalStateException completedMeanwhile) {
                state.release();
            }
        }
        if (!state.asynchronous()) {
            state.release();
        }
    }
}
