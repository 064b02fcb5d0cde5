package dev.headroom.router.servlet;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.Positions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps positions in the HTTP sessions of those clients that have one. */
final class PositionInSession {
    private static final int LOCKS = 64;

    private final Positions positions;
    private final String attribute;

    /**
     * Of two requests of one session that end at the same time on this server, neither must undo what the other has left. A session has always the
     * same lock, which it shares with few others: stores may write through.
     */
    private final ReentrantLock[] leaving = new ReentrantLock[LOCKS];

    PositionInSession(Positions positions, String cookie) {
        this.positions = positions;
        this.attribute = "dev.headroom.router." + cookie;
        Arrays.setAll(leaving, number -> new ReentrantLock());
    }

    private ReentrantLock lockOf(HttpSession session) {
        return leaving[Math.floorMod(session.getId().hashCode(), LOCKS)];
    }

    /** The session of one request. */
    Of of(HttpServletRequest request) {
        return new Of(request);
    }

    final class Of {
        private final HttpServletRequest request;
        private final String before;
        private final ConsistencyToken arrived;

        private Of(HttpServletRequest request) {
            this.request = request;
            HttpSession session = request.getSession(false);
            this.before = session == null ? "" : text(session);
            this.arrived = positions.admit(before);
        }

        /** What was in the session when the request came, as far as it can be real. */
        ConsistencyToken arrived() {
            return arrived;
        }

        /** Whether what is there can't be real, and should give way even if nothing was written. */
        boolean unreal() {
            return !arrived.value().equals(before);
        }

        /** Whether there is a session now. */
        boolean exists() {
            return session() != null;
        }

        private @Nullable HttpSession session() {
            try {
                return request.getSession(false);
            } catch (IllegalStateException over) { // the container is done with the request
                return null;
            }
        }

        /** Leaves the request's position there, and keeps what others have left meanwhile. */
        void leave(ConsistencyToken token) {
            HttpSession session = session();
            if (session == null) {
                return;
            }
            ReentrantLock lock = lockOf(session);
            lock.lock();
            try {
                String now = text(session);
                ConsistencyToken all =
                        now.equals(before) ? token : positions.consistency().combine(token(now), token);
                if (!all.value().equals(now)) {
                    session.setAttribute(attribute, all.value());
                }
            } catch (IllegalStateException invalidated) {
                return; // it has ended, and with it what was in it
            } finally {
                lock.unlock();
            }
        }

        private String text(HttpSession session) {
            return session.getAttribute(attribute) instanceof String text ? text : "";
        }

        private ConsistencyToken token(String text) {
            try {
                return new ConsistencyToken(text);
            } catch (IllegalArgumentException e) {
                return ConsistencyToken.NONE;
            }
        }
    }
}
