package dev.headroom.cache;

import dev.headroom.cache.spi.Backplane;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A channel in this JVM by which caches tell one another what they drop; it can lose messages, and refuse them. */
final class InProcessChannel {
    private final List<Backplane.Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean cut;
    private volatile boolean refusing;

    /** For one {@code Caches}. */
    Backplane backplane() {
        return new Member();
    }

    /** Loses what is published from now on. */
    void cut() {
        cut = true;
    }

    /** Loses nothing any more, and tells all that something is lost. */
    void restore() {
        cut = false;
        listeners.forEach(Backplane.Listener::lost);
    }

    /** Whether to publish nothing. */
    void refuse(boolean refusing) {
        this.refusing = refusing;
    }

    int subscribed() {
        return listeners.size();
    }

    private final class Member implements Backplane {
        private volatile Listener mine;

        @Override
        public void publish(String node, String message) {
            if (refusing) {
                throw new IllegalStateException("refused");
            }
            if (!cut) {
                listeners.forEach(listener -> listener.heard(message));
            }
        }

        @Override
        public void subscribe(Listener listener) {
            mine = listener;
            listeners.add(listener);
        }

        @Override
        public void close() {
            listeners.remove(mine);
        }
    }
}
