package dev.headroom.cache.jcache;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One lock for each key that is in use, and none for the others. */
final class KeyLocks {
    private final ConcurrentHashMap<Object, Shared> locks = new ConcurrentHashMap<>();

    @SuppressWarnings("serial") // never serialised
    private static final class Shared extends ReentrantLock {
        private static final long serialVersionUID = 1L;
        private int users;
    }

    void lock(Object key) {
        Shared lock = locks.compute(key, (k, known) -> {
            Shared shared = known == null ? new Shared() : known;
            shared.users++;
            return shared;
        });
        lock.lock();
    }

    void unlock(Object key) {
        locks.computeIfPresent(key, (k, shared) -> left(shared));
    }

    private static @Nullable Shared left(Shared shared) {
        shared.unlock();
        return --shared.users == 0 ? null : shared;
    }
}
