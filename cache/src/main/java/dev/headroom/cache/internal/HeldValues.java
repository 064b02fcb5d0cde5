package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.RemovalListener;
import dev.headroom.cache.CacheOptions;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What holds a cache's values: Caffeine, by their number or weight alone. Freshness is judged elsewhere, by one reading of the clock; Caffeine's own expiry for each entry
 * would have it sort its timers at every hit. What no window allows any more goes when others come: each miss looks at a few entries, in turn.
 */
final class HeldValues {
    private static final Logger LOG = LoggerFactory.getLogger(HeldValues.class);
    private static final int LOOKED_AT = 16;
    private static final int WEIGHT_OF_NOTHING = 1;

    private final String name;
    private final CacheOptions.@Nullable Weight weight;
    private final AtomicBoolean warned = new AtomicBoolean();
    private final Cache<Object, Entry> cache;
    private final ReentrantLock sweeping = new ReentrantLock();
    /** Read while a value comes in, written by who waits for those that do. */
    private final ReentrantReadWriteLock comingIn = new ReentrantReadWriteLock();

    /** What is being taken out just now. */
    private final List<BiPredicate<Object, Entry>> leaving = new CopyOnWriteArrayList<>();

    private Iterator<Map.Entry<Object, Entry>> next = Collections.emptyIterator();

    HeldValues(String name, long maximumSize, CacheOptions.@Nullable Weight weight, CacheCounts counts) {
        this.name = name;
        this.weight = weight;
        RemovalListener<Object, Entry> evicted = (key, entry, cause) -> {
            if (cause == RemovalCause.SIZE) {
                counts.evicted();
            }
        };
        Caffeine<Object, Object> plain = Caffeine.newBuilder().executor(Runnable::run);
        cache = weight == null
                ? plain.maximumSize(maximumSize).evictionListener(evicted).build()
                : plain.maximumWeight(weight.maximum())
                        .weigher((Object key, Entry entry) -> entry.weight)
                        .evictionListener(evicted)
                        .build();
    }

    /**
     * Weighs it, if values are weighed here, before it is put into the map: in there a weigher that fails would leave what was held before.
     *
     * @return whether it may be held
     */
    boolean weigh(Object key, Entry entry) {
        Object value = entry.value;
        if (weight == null) {
            return true;
        }
        try {
            entry.weight = value == null ? WEIGHT_OF_NOTHING : weight.of().applyAsInt(key, value);
            if (entry.weight >= 0) {
                return true;
            }
            warn(String.valueOf(entry.weight), null);
        } catch (Throwable failed) { // the application's; its value is good
            warn("none", failed);
        }
        return false;
    }

    private void warn(String said, @Nullable Throwable failure) {
        if (warned.compareAndSet(false, true)) {
            LOG.warn(
                    "cache {}: the weigher's answer: {} (expected: 0 or more); such values are not held",
                    name,
                    said,
                    failure);
        }
    }

    ConcurrentMap<Object, Entry> map() {
        return cache.asMap();
    }

    /**
     * Has the work take out what these are.
     *
     * @param work first detaches loads: no load that can be found only later is shown what is being taken out
     */
    void takeOut(BiPredicate<Object, Entry> which, Runnable work) {
        leaving.add(which);
        try {
            work.run();
        } finally {
            leaving.remove(which);
        }
    }

    /**
     * What is held and stays, for a load that can be found. Whoever takes it out will find that load and detach it, or is at it and in the list, or has ended, and then the
     * value is gone.
     */
    @Nullable Entry staying(Object key) {
        Iterator<BiPredicate<Object, Entry>> before =
                leaving.iterator(); // as it is now: one that ends after this was in it
        Entry entry = map().get(key);
        while (entry != null && before.hasNext()) {
            if (before.next().test(key, entry)) {
                return null;
            }
        }
        return entry;
    }

    /** What a key holds from now on, judged inside its bin. */
    void put(Object key, BiFunction<Object, @Nullable Entry, @Nullable Entry> judged) {
        comingIn.readLock().lock();
        try {
            map().compute(key, judged);
        } finally {
            comingIn.readLock().unlock();
        }
    }

    /**
     * Waits for the values that are on their way in. Who goes through all that is held doesn't see those, though they have been judged already; a key that is removed by
     * itself waits for its bin.
     */
    void settle() {
        if (comingIn.getReadHoldCount() == 0) { // a weigher that drops things would wait for itself
            comingIn.writeLock().lock();
            try {
                return; // those that had begun have ended
            } finally {
                comingIn.writeLock().unlock();
            }
        }
    }

    long size() {
        return cache.estimatedSize();
    }

    /** Frees a little. */
    void sweep(long now) {
        if (!sweeping.tryLock()) {
            return;
        }
        try {
            for (int i = 0; i < LOOKED_AT; i++) {
                if (!next.hasNext()) {
                    next = map().entrySet().iterator();
                    return;
                }
                Map.Entry<Object, Entry> each = next.next();
                if (each.getValue().useless(now)) {
                    map().remove(each.getKey(), each.getValue());
                }
            }
        } finally {
            sweeping.unlock();
        }
    }
}
