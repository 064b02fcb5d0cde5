package dev.headroom.session.internal;

import dev.headroom.session.spi.SessionStore;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Sessions in this process: bounded, expiring, gone when it ends. */
public final class MemorySessionStore implements SessionStore {
    private final LruMap<Versioned> sessions;
    private final AtomicLong versions = new AtomicLong();

    /** A store of at most so many sessions. */
    public MemorySessionStore(int maximum, Clock clock) {
        this.sessions = new LruMap<>(maximum, clock::millis);
    }

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public Optional<Versioned> load(String key) {
        return Optional.ofNullable(sessions.get(key));
    }

    @Override
    public boolean create(String key, byte[] value, Duration ttl) {
        boolean[] created = {false};
        sessions.compute(
                key,
                before -> {
                    created[0] = before == null;
                    return before == null ? next(value) : before;
                },
                ttl.toMillis());
        return created[0];
    }

    @Override
    public Outcome replace(String key, long version, byte[] value, Duration ttl) {
        Outcome[] outcome = {Outcome.GONE};
        sessions.compute(
                key,
                before -> {
                    if (before == null) {
                        return null;
                    }
                    outcome[0] = before.version() == version ? Outcome.STORED : Outcome.CONFLICT;
                    return outcome[0] == Outcome.STORED ? next(value) : before;
                },
                ttl.toMillis());
        return outcome[0];
    }

    @Override
    public void delete(String key) {
        sessions.remove(key);
    }

    @Override
    public boolean available() {
        return true;
    }

    @Override
    public void probe() {
        // Always there.
    }

    @Override
    public void close() {
        // Nothing to free.
    }

    private Versioned next(byte[] value) {
        return new Versioned(value, versions.incrementAndGet());
    }
}
