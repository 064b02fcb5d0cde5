package dev.headroom.router.servlet;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.Positions;
import dev.headroom.servlet.CommitHook;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds one request's position to its response, just before the response commits, if the request has written. */
final class PositionOnCommit implements CommitHook {
    private static final Logger log = LoggerFactory.getLogger(PositionOnCommit.class);

    private final Positions positions;
    private final RequestContext context;
    private final HttpServletResponse response;
    private final String cookie;
    private final int seconds;
    private final boolean secure;
    private final String path;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConsistencyToken arrived;
    private ConsistencyToken sent;

    PositionOnCommit(
            Positions positions,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response,
            String cookie,
            Duration ttl) {
        this.positions = positions;
        this.context = context;
        this.response = response;
        this.cookie = cookie;
        this.seconds = seconds(ttl);
        this.secure = request.isSecure();
        this.path = request.getContextPath().isEmpty() ? "/" : request.getContextPath();
        this.arrived = context.consistency();
        this.sent = arrived;
    }

    /** A cookie that is gone too early shows too little. */
    static int seconds(Duration life) {
        long seconds = life.toSeconds();
        return (int) Math.min(Integer.MAX_VALUE, life.getNano() == 0 ? seconds : seconds + 1);
    }

    RequestContext context() {
        return context;
    }

    @Override
    public void beforeCommit() {
        lock.lock();
        try {
            if (response.isCommitted()) {
                return;
            }
            ConsistencyToken now = position();
            if (!now.isNone() && !now.equals(sent)) {
                sent = now;
                response.addCookie(cookie(now));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void headersLost() {
        lock.lock();
        try {
            sent = arrived;
        } finally {
            lock.unlock();
        }
    }

    private ConsistencyToken position() {
        try (RequestContext.Scope scope = context.open()) {
            Objects.requireNonNull(scope);
            return positions.consistency().current();
        } catch (RuntimeException failure) {
            log.warn("router: the position of a request could not be sent to its client", failure);
            return ConsistencyToken.NONE;
        }
    }

    private Cookie cookie(ConsistencyToken token) {
        Cookie position = new Cookie(cookie, token.value());
        position.setMaxAge(seconds);
        position.setPath(path);
        position.setHttpOnly(true);
        position.setSecure(secure);
        position.setAttribute("SameSite", "Lax");
        return position;
    }
}
