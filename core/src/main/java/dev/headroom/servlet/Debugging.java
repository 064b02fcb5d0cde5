package dev.headroom.servlet;

import dev.headroom.RequestContext;
import dev.headroom.debug.DebugAccess;
import dev.headroom.internal.WebRuntime;
import dev.headroom.internal.debug.RequestDebugLog;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides whether a request is debugged, and begins and ends its log. */
final class Debugging {
    static final String NAME = "debugout";
    static final String HEADER = "X-Headroom-Debug";

    private static final Logger log = LoggerFactory.getLogger(Debugging.class);

    private Debugging() {}

    /** A log for a request that asks for one and may have it, else null. */
    static @Nullable RequestDebugLog log(HttpServletRequest request, RequestContext context, DebugAccess access) {
        return asks(request) && allows(request, context, access) ? new RequestDebugLog() : null;
    }

    static boolean allows(HttpServletRequest request, RequestContext context, DebugAccess access) {
        try {
            return access.allows(request, context);
        } catch (RuntimeException e) {
            log.warn("debug: refused, since the authoriser failed", e);
            return false;
        }
    }

    /** Says in a header where the log can be read, and in the log who asked. */
    static void announce(
            HttpServletResponse response, HttpServletRequest request, RequestContext context, WebRuntime web) {
        String trace = context.traceId().value();
        response.setHeader(HEADER, request.getContextPath() + web.options().consolePath() + "/debug/" + trace);
        String query = request.getQueryString();
        context.debug()
                .add(
                        "request",
                        request.getMethod() + " " + request.getRequestURI() + (query == null ? "" : "?" + query)
                                + " from "
                                + request.getRemoteAddr() + ", user "
                                + context.user().orElse("unknown") + ", tier "
                                + context.tier().orElse("unknown") + ", " + context.criticality(),
                        -1,
                        null);
    }

    static void answered(HttpServletResponse response, RequestDebugLog log) {
        log.add("response", response.getStatus() + " " + response.getContentType(), -1, null);
    }

    // The query is read as text: getParameter would read the body of a form before the application has set its
    // encoding.
    private static boolean asks(HttpServletRequest request) {
        String query = request.getQueryString();
        if (query != null && query.contains(NAME)) {
            return Arrays.asList(query.split("&", -1)).contains(NAME + "=1");
        }
        String header = request.getHeader("Cookie");
        return header != null && header.contains(NAME) && asksByCookie(request.getCookies());
    }

    private static boolean asksByCookie(Cookie @Nullable [] cookies) {
        return cookies != null
                && Arrays.stream(cookies)
                        .anyMatch(cookie -> cookie.getName().equals(NAME)
                                && cookie.getValue().equals("1"));
    }
}
