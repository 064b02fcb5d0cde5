package dev.headroom.session.internal;

import dev.headroom.servlet.CommitHooks;
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
        request.setAttribute(attribute, sessions);
        CommitHooks hooks = CommitHooks.of(request, response);
        hooks.add(sessions);
        if (SessionRequest.isIn(request, sessions)) {
            hooks.pass(chain);
            return;
        }
        SessionResponse wrapped = new SessionResponse(hooks.response());
        hooks.pass(new SessionRequest(hooks.request(), wrapped, sessions), wrapped, chain);
    }

    private static String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        return info == null ? request.getServletPath() : request.getServletPath() + info;
    }
}
