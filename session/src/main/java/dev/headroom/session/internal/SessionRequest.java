package dev.headroom.session.internal;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;

/** A request whose session is ours. */
final class SessionRequest extends HttpServletRequestWrapper {
    private final RequestSession sessions;
    private final HttpServletResponse response;

    SessionRequest(HttpServletRequest request, HttpServletResponse response, RequestSession sessions) {
        super(request);
        this.response = response;
        this.sessions = sessions;
    }

    /** Whether the request is, or wraps, one of ours for this holder. */
    static boolean isIn(ServletRequest request, RequestSession sessions) {
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            if (inner instanceof SessionRequest ours && ours.sessions == sessions) {
                return true;
            }
            inner = wrapper.getRequest();
        }
        return false;
    }

    @Override
    public HttpSession getSession() {
        return getSession(true);
    }

    @Override
    @SuppressWarnings("NullAway") // null when there is none and none is to be made, as the servlet API says
    public HttpSession getSession(boolean create) {
        return sessions.session(create);
    }

    @Override
    public String changeSessionId() {
        return sessions.changeId();
    }

    @Override
    @SuppressWarnings("NullAway") // null for none, as the servlet API says
    public String getRequestedSessionId() {
        return sessions.requestedId();
    }

    @Override
    public boolean isRequestedSessionIdValid() {
        return sessions.requestedIdValid();
    }

    @Override
    public boolean isRequestedSessionIdFromCookie() {
        return sessions.requestedId() != null;
    }

    @Override
    public boolean isRequestedSessionIdFromURL() {
        return false;
    }

    @Override
    public AsyncContext startAsync() {
        // So that later dispatches have this request, too.
        return startAsync(this, response);
    }
}
