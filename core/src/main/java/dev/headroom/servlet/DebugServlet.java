package dev.headroom.servlet;

import dev.headroom.RequestContext;
import dev.headroom.internal.WebRuntime;
import dev.headroom.internal.debug.DebugText;
import dev.headroom.internal.debug.RequestDebugLog;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Answers the debug lines of one of the last 50 debugged requests as JSON, under its trace id; 404 for those who may not see them.
 */
public final class DebugServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private transient @Nullable WebRuntime web;

    /** A servlet that finds its application in the servlet context. */
    public DebugServlet() {}

    @Override
    public void init() throws ServletException {
        web = Roots.web(getServletContext());
    }

    /** Answers by itself, since {@code HttpServlet} would answer OPTIONS and what it does not know to everybody. */
    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        WebRuntime runtime = Objects.requireNonNull(web, "init() was not called");
        String path = request.getPathInfo();
        String trace = path == null ? "" : path.substring(1);
        boolean allowed = Debugging.allows(
                request, RequestContext.current(), runtime.options().debug());
        Optional<RequestDebugLog> log = allowed ? runtime.debug().find(trace) : Optional.empty();
        if (log.isEmpty()) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        if (!request.getMethod().equals("GET") && !request.getMethod().equals("HEAD")) {
            response.setHeader("Allow", "GET, HEAD");
            response.sendError(HttpServletResponse.SC_METHOD_NOT_ALLOWED);
            return;
        }
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentType("application/json");
        response.setCharacterEncoding("UTF-8");
        response.getWriter().write(DebugText.json(trace, log.get()));
    }
}
