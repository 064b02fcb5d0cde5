package dev.headroom.router.servlet;

import dev.headroom.RequestContext;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.Positions;
import dev.headroom.servlet.CommitHook;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * If one request has written, or with monotonic reads has seen something newer, adds its position to its response, just before that commits, and leaves
 * it in its session, then and at the request's end.
 */
final class PositionOnCommit implements CommitHook {
    private static final Logger log = LoggerFactory.getLogger(PositionOnCommit.class);

    private final Positions positions;
    private final RequestContext context;
    private final HttpServletResponse response;
    private final PositionCookie cookie;
    private final PositionInSession.@Nullable Of session;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConsistencyToken arrived;
    private ConsistencyToken sent;
    private @Nullable ConsistencyToken left;

    /** @param session where the position is left as well, if anywhere */
    PositionOnCommit(
            Positions positions,
            RequestContext context,
            HttpServletResponse response,
            PositionCookie cookie,
            PositionInSession.@Nullable Of session) {
        this.positions = positions;
        this.context = context;
        this.response = response;
        this.cookie = cookie;
        this.session = session;
        this.arrived = context.consistency();
        this.sent = arrived;
        this.left = session != null && session.unreal() ? null : arrived;
    }

    RequestContext context() {
        return context;
    }

    @Override
    public void beforeCommit() {
        lock.lock();
        try {
            boolean open = !response.isCommitted();
            boolean kept = session != null && session.exists();
            if (!open && !kept) {
                return;
            }
            Position position = position();
            ConsistencyToken now = position.own();
            if (now.isNone()) {
                return;
            }
            // The answers of requests that overlap may come in any order.
            ConsistencyToken told = position.wrote() ? newest(now) : now;
            if (open && !now.equals(sent)) {
                sent = now;
                response.addCookie((position.wrote() ? cookie : cookie.ofSeen()).with(told));
            }
            if (session != null && kept && !now.equals(left)) {
                left = now;
                session.leave(told, position.wrote());
            }
        } finally {
            lock.unlock();
        }
    }

    private ConsistencyToken newest(ConsistencyToken own) {
        try {
            return positions.newest(own);
        } catch (RuntimeException failure) { // what was written is committed, and its own position is known
            log.warn("router: a client is told its own position alone", failure);
            return own;
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

    /**
     * Where the request is now.
     *
     * @param own its position
     * @param wrote whether that is more than it came with because it has written, and not merely seen more
     */
    private record Position(ConsistencyToken own, boolean wrote) {}

    private Position position() {
        try (RequestContext.Scope scope = context.open()) {
            Objects.requireNonNull(scope);
            ConsistencyToken own = positions.consistency().current();
            return new Position(own, !positions.written().equals(arrived));
        } catch (RuntimeException failure) {
            log.warn("router: the position of a request could not be sent to its client", failure);
            return new Position(ConsistencyToken.NONE, false);
        }
    }
}
