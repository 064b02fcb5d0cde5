package dev.headroom.cache.jcache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.cache.event.EventType;
import org.jspecify.annotations.Nullable;

/** What is held, one key at a time: what is done to a key is done under its lock, and its events are told there, in order. */
final class Slots<K, V> {
    private final Cache<Object, Held> held;
    private final KeyLocks locks = new KeyLocks();
    private final Copies copies;
    private final Expiries expiries;
    private final Listeners<K, V> listeners;
    private final List<Watch> watches = new CopyOnWriteArrayList<>();

    private static final class Held {
        private final Object value;
        private volatile long end;

        Held(Object value, long end) {
            this.value = value;
            this.end = end;
        }
    }

    Slots(long maximumSize, Copies copies, Expiries expiries, Listeners<K, V> listeners, Runnable evicted) {
        this.copies = copies;
        this.expiries = expiries;
        this.listeners = listeners;
        this.held = Caffeine.newBuilder()
                .maximumSize(maximumSize)
                .executor(Runnable::run)
                .evictionListener((@Nullable Object key, @Nullable Held gone, RemovalCause cause) -> evicted.run())
                .build();
    }

    /**
     * Does something to a key.
     *
     * @throws javax.cache.event.CacheEntryListenerException what a synchronous listener threw, after all has been done
     */
    <R extends @Nullable Object> R at(K key, Function<Slot, R> step) {
        locks.lock(key);
        try {
            Slot slot = new Slot(key);
            R result = step.apply(slot);
            slot.tell();
            return result;
        } finally {
            locks.unlock(key);
        }
    }

    boolean contains(K key) {
        Held known = held.getIfPresent(key);
        return known != null && !Expiries.over(known.end, Expiries.now());
    }

    @SuppressWarnings("unchecked") // only keys of this cache are held
    List<K> keys() {
        return List.copyOf((java.util.Collection<K>) held.asMap().keySet());
    }

    K copy(K key) {
        return cast(copies.copy(Objects.requireNonNull(key)));
    }

    void clear() {
        watches.forEach(Watch::clear);
        held.invalidateAll();
    }

    /** Does something while it is watched which of the keys change. */
    <R extends @Nullable Object> R watching(Set<? extends K> keys, Function<Watch, R> work) {
        Watch watch = new Watch(keys);
        watches.add(watch);
        try {
            return work.apply(watch);
        } finally {
            watches.remove(watch);
        }
    }

    @SuppressWarnings("unchecked") // only values of this cache are held
    private static <T> T cast(Object value) {
        return (T) value;
    }

    /** One key, locked; what has expired is gone. */
    final class Slot {
        private final K key;
        private final long now = Expiries.now();
        private @Nullable Held known;
        private @Nullable RuntimeException failure;

        private Slot(K key) {
            this.key = key;
            Held before = held.getIfPresent(key);
            if (before != null && Expiries.over(before.end, now)) {
                held.asMap().remove(key, before);
                V value = cast(copies.out(before.value));
                dispatch(EventType.EXPIRED, value, value);
                before = null;
            }
            this.known = before;
        }

        K key() {
            return key;
        }

        boolean exists() {
            return known != null;
        }

        /** A copy of the value; null if there is none. */
        @Nullable V value() {
            Held is = known;
            return is == null ? null : cast(copies.out(is.value));
        }

        void accessed() {
            Held is = known;
            if (is != null) {
                is.end = expiries.accessed(is.end, now);
            }
        }

        /** Says whether it is held: an entry that expires at once is not. */
        boolean put(V value) {
            Held before = known;
            return before == null ? create(value) : update(value, before);
        }

        private boolean create(V value) {
            Held created = new Held(copies.in(value), expiries.created(now));
            if (Expiries.over(created.end, now)) {
                return false;
            }
            hold(created);
            dispatch(EventType.CREATED, value, null);
            return true;
        }

        private boolean update(V value, Held before) {
            hold(new Held(copies.in(value), expiries.updated(before.end, now)));
            dispatch(EventType.UPDATED, value, cast(copies.out(before.value)));
            return true;
        }

        private void hold(Held is) {
            watches.forEach(watch -> watch.change(key));
            held.put(known == null ? copies.copy(key) : key, is);
            known = is;
        }

        void remove() {
            watches.forEach(watch -> watch.change(key));
            V before = value();
            if (before != null) {
                held.invalidate(key);
                known = null;
                dispatch(EventType.REMOVED, before, before);
            }
        }

        private void dispatch(EventType type, V value, @Nullable V before) {
            RuntimeException failed = listeners.tell(type, copies, key, value, before);
            if (failure == null) {
                failure = failed;
            }
        }

        private void tell() {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
