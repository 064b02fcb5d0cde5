package dev.headroom.examples.marketplace.web;

import dev.headroom.RequestContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** The page for everything that went wrong: says so, gives the trace id, and nothing more. */
final class ErrorServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    private final transient Views views;

    ErrorServlet(Views views) {
        this.views = views;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getDispatcherType() != DispatcherType.ERROR) {
            views.message(request, response, HttpServletResponse.SC_NOT_FOUND, "Not here", "There is no such page.");
            return;
        }
        if (isForTheMoment(request.getAttribute(RequestDispatcher.ERROR_EXCEPTION))) {
            response.setHeader("Retry-After", "1");
            views.message(
                    request,
                    response,
                    HttpServletResponse.SC_SERVICE_UNAVAILABLE,
                    "Too busy",
                    "There is more to do than we can do. Please try again in a moment.");
            return;
        }
        int status = response.getStatus();
        Object message = request.getAttribute(RequestDispatcher.ERROR_MESSAGE);
        boolean ours = status >= HttpServletResponse.SC_INTERNAL_SERVER_ERROR;
        String trace = response.getHeader("X-Request-Id");
        String text = ours
                ? "This is our fault. Please try again; if it stays, tell us this number: "
                        + (trace != null
                                ? trace
                                : RequestContext.current().traceId().value())
                : message == null || message.toString().isEmpty() ? "That did not work." : message.toString();
        views.message(request, response, status, ours ? "Something broke" : "Not like this", text);
    }

    /**
     * Whether a database's pool or the router had no place for this request, or its connection was lost or cut (SQLSTATE class 08, and 57P
     * of a server that goes down or comes up): another may do better.
     */
    static boolean isForTheMoment(@Nullable Object failure) {
        for (Throwable cause = failure instanceof Throwable thrown ? thrown : null;
                cause != null;
                cause = cause.getCause()) {
            if (cause instanceof SQLTransientConnectionException
                    || cause instanceof SQLException sql && isOfTheConnection(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfTheConnection(@Nullable String state) {
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }
}
