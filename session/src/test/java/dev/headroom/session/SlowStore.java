package dev.headroom.session;

import dev.headroom.session.spi.SessionStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A store whose writes take a while, so that a save after the commit would be seen, or fail when told to; counts its operations. */
final class SlowStore implements SessionStore {
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    final AtomicInteger writesToFail = new AtomicInteger();
    volatile Duration writeTime = Duration.ZERO;
    private final SessionStore store;

    SlowStore(SessionStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Optional<Versioned> load(String key) {
        reads.incrementAndGet();
        return store.load(key);
    }

    @Override
    public boolean create(String key, byte[] value, Duration ttl) {
        write();
        return store.create(key, value, ttl);
    }

    @Override
    public Outcome replace(String key, long version, byte[] value, Duration ttl) {
        write();
        return store.replace(key, version, value, ttl);
    }

    @Override
    public void delete(String key) {
        write();
        store.delete(key);
    }

    private void write() {
        writes.incrementAndGet();
        LockSupport.parkNanos(writeTime.toNanos());
        if (writesToFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new SessionStoreException("no answer, as the test asked", null, false);
        }
    }

    @Override
    public boolean available() {
        return store.available();
    }

    @Override
    public void probe() {
        store.probe();
    }

    @Override
    public void close() {
        store.close();
    }
}
