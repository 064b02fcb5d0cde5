package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.RemovalListener;
import dev.headroom.cache.CacheOptions;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What holds a cache's values: Caffeine, by their number or weight alone. Freshness is judged elsewhere, by one reading of the clock; Caffeine's own expiry for each entry
 * would have it sort its timers at every hit. What no window allows any more goes when others come: each miss looks at a few entries, in turn.
 */
final class HeldValues {
    private static final int LOOKED_AT = 16;

    private final Cache<Object, Entry> cache;
    private final ReentrantLock sweeping = new ReentrantLock();
    private Iterator<Map.Entry<Object, Entry>> next = Collections.emptyIterator();

    HeldValues(long maximumSize, CacheOptions.@Nullable Weight weight, CacheCounts counts) {
        RemovalListener<Object, Entry> evicted = (key, entry, cause) -> {
            if (cause == RemovalCause.SIZE) {
                counts.evicted();
            }
        };
        Caffeine<Object, Object> plain = Caffeine.newBuilder().executor(Runnable::run);
        cache = weight == null
                ? plain.maximumSize(maximumSize).evictionListener(evicted).build()
                : plain.maximumWeight(weight.maximum())
                        .weigher((Object key, Entry entry) -> weigh(weight, key, entry))
                        .evictionListener(evicted)
                        .build();
    }

    private static int weigh(CacheOptions.Weight weight, Object key, Entry entry) {
        Object value = entry.value;
        return value == null ? 1 : weight.of().applyAsInt(key, value);
    }

    ConcurrentMap<Object, Entry> map() {
        return cache.asMap();
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
