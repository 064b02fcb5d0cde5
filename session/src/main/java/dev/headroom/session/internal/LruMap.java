package dev.headroom.session.internal;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A bounded map whose entries expire; the least recently used goes first. Thread-safe. */
final class LruMap<V> {
    private final int maximum;
    private final LongSupplier nowMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<String, Timed<V>> entries = new LinkedHashMap<>(16, 0.75f, true);

    LruMap(int maximum, LongSupplier nowMillis) {
        this.maximum = maximum;
        this.nowMillis = nowMillis;
    }

    @Nullable V get(String key) {
        return compute(key, value -> value, -1);
    }

    void put(String key, V value, long ttlMillis) {
        compute(key, before -> value, ttlMillis);
    }

    void remove(String key) {
        compute(key, before -> null, -1);
    }

    int size() {
        lock.lock();
        try {
            return entries.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Changes an entry atomically.
     *
     * @param change from the value, null if there is none, to the new one, null to remove it
     * @param ttlMillis its new time to live, negative to leave it as it is
     */
    @SuppressWarnings("ReferenceEquality") // a change that gives back what it got changes nothing
    @Nullable V compute(String key, UnaryOperator<@Nullable V> change, long ttlMillis) {
        lock.lock();
        try {
            Timed<V> held = entries.get(key);
            long now = nowMillis.getAsLong();
            V before = held == null || held.endsMillis <= now ? null : held.value;
            V after = change.apply(before);
            if (after == null) {
                entries.remove(key);
            } else if (after != before) {
                long ends = ttlMillis >= 0 || held == null ? now + ttlMillis : held.endsMillis;
                entries.put(key, new Timed<>(after, ends));
                trim(now);
            }
            return after;
        } finally {
            lock.unlock();
        }
    }

    private void trim(long now) {
        Iterator<Timed<V>> oldest = entries.values().iterator();
        while (entries.size() > maximum && oldest.hasNext()) {
            oldest.next();
            oldest.remove();
        }
        // The least recently used are the likeliest to have expired: drop some of them with every change.
        for (int i = 0; i < 2 && !entries.isEmpty(); i++) {
            Iterator<Timed<V>> first = entries.values().iterator();
            if (first.next().endsMillis > now) {
                break;
            }
            first.remove();
        }
    }

    private record Timed<V>(V value, long endsMillis) {}
}
