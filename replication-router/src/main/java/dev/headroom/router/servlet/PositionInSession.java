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
    private final String seenAttribute;

    /**
     * Of two requests of one session that end at the same time on this server, neither must undo what the other has left. A session has always the
     * same lock, which it shares with few others: stores may write through.
     */
    private final ReentrantLock[] leaving = new ReentrantLock[LOCKS];

    PositionInSession(Positions positions, String cookie) {
        this.positions = positions;
        this.attribute = "dev.headroom.router." + cookie;
        this.seenAttribute = "dev.headroom.router." + PositionCookie.ofSeen(cookie);
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
        private final Kept written;
        private final Kept seen;

        private Of(HttpServletRequest request) {
            this.request = request;
            HttpSession session = request.getSession(false);
            this.written = kept(session, attribute);
            this.seen = kept(session, seenAttribute);
        }

        private Kept kept(@Nullable HttpSession session, String name) {
            String text = session == null ? "" : text(session, name);
            return new Kept(name, text, positions.admit(text));
        }

        /** What had been written when the request came, as far as it can be real. */
        ConsistencyToken written() {
            return written.arrived();
        }

        /** What had merely been seen, the same way. */
        ConsistencyToken seen() {
            return seen.arrived();
        }

        /** Whether what is there can't be real, and should give way even if nothing was written. */
        boolean unreal() {
            return written.unreal() || seen.unreal();
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

        /**
         * Leaves the request's position there, and keeps what others have left meanwhile.
         *
         * @param wrote whether the request has written; what it has merely seen must not take the place of what another one has written
         */
        void leave(ConsistencyToken token, boolean wrote) {
            HttpSession session = session();
            if (session == null) {
                return;
            }
            try {
                leave(session, token, wrote);
            } catch (IllegalStateException invalidated) {
                return; // it has ended, and with it what was in it
            }
        }

        private void leave(HttpSession session, ConsistencyToken token, boolean wrote) {
            ReentrantLock lock = lockOf(session);
            lock.lock();
            try {
                if (wrote || written.unreal()) {
                    leave(session, token, written);
                }
                if (!wrote || seen.unreal()) {
                    leave(session, token, seen);
                }
            } finally {
                lock.unlock();
            }
        }

        private void leave(HttpSession session, ConsistencyToken token, Kept kept) {
            String now = text(session, kept.name());
            ConsistencyToken all =
                    now.equals(kept.before()) ? token : positions.consistency().combine(token, token(now));
            if (!all.value().equals(now)) {
                session.setAttribute(kept.name(), all.value());
            }
        }

        private String text(HttpSession session, String name) {
            return session.getAttribute(name) instanceof String text ? text : "";
        }

        private ConsistencyToken token(String text) {
            try {
                return new ConsistencyToken(text);
            } catch (IllegalArgumentException e) {
                return ConsistencyToken.NONE;
            }
        }
    }

    /**
     * What was there when a request came.
     *
     * @param name of the attribute
     * @param before its text
     * @param arrived that, as far as it can be real
     */
    private record Kept(String name, String before, ConsistencyToken arrived) {
        boolean unreal() {
            return !arrived.value().equals(before);
        }
    }
}
