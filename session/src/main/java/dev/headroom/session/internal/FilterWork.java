package dev.headroom.session.internal;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** What the session filter does with one dispatch of a request. */
public final class FilterWork {
    private final SessionEngine engine;
    private final SessionSaver saver;
    private final Globs ignored;
    private final String attribute;

    FilterWork(SessionEngine engine) {
        this.engine = engine;
        this.saver = new SessionSaver(engine);
        this.ignored = new Globs(engine.options().ignore());
        this.attribute = "dev.headroom.session." + Integer.toHexString(System.identityHashCode(engine));
    }

    /** Passes the request on with its session, and stores the session's changes in time. */
    public void filter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (ignored.match(path(request))) {
            chain.doFilter(request, response);
            return;
        }
        Object kept = request.getAttribute(attribute);
        RequestSession sessions =
                kept instanceof RequestSession known ? known : new RequestSession(engine, saver, request, response);
        if (SessionRequest.isIn(request, sessions)) {
            chain.doFilter(request, response);
            if (request.getDispatcherType() == DispatcherType.ASYNC && !request.isAsyncStarted()) {
                sessions.beforeCommit();
            }
            return;
        }
        request.setAttribute(attribute, sessions);
        SessionResponse wrapped = new SessionResponse(response, sessions);
        passOn(new SessionRequest(request, wrapped, sessions), wrapped, sessions, chain);
    }

    private static void passOn(
            SessionRequest request, SessionResponse response, RequestSession sessions, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } catch (Throwable failure) {
            try {
                sessions.beforeCommit();
            } catch (RuntimeException notSaved) {
                failure.addSuppressed(notSaved);
            }
            throw failure;
        }
        if (!request.isAsyncStarted()) {
            sessions.beforeCommit();
        }
    }

    private static String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        return info == null ? request.getServletPath() : request.getServletPath() + info;
    }
}
