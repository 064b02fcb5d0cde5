package dev.headroom.cache.jcache;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.cache.CacheException;
import javax.cache.event.CacheEntryListenerException;
import javax.cache.integration.CompletionListener;
import org.jspecify.annotations.Nullable;

/** What is done to several keys: to the source at once, here one after another. */
final class BulkOperations<K, V> {
    private final Slots<K, V> slots;
    private final Source<K, V> source;
    private final Statistics statistics;
    private final ExecutorService loading;

    BulkOperations(Slots<K, V> slots, Source<K, V> source, Statistics statistics, ExecutorService loading) {
        this.slots = slots;
        this.source = source;
        this.statistics = statistics;
        this.loading = loading;
    }

    void loadAll(Set<? extends K> keys, boolean replace, @Nullable CompletionListener listener) {
        CompletionListener told = listener == null ? new Nobody() : listener;
        if (!source.loads()) {
            told.onCompletion();
            return;
        }
        Set<K> asked = new HashSet<>(keys);
        loading.execute(() -> {
            try {
                load(asked, replace);
            } catch (CacheException failed) {
                told.onException(failed);
                return;
            } catch (Throwable failed) {
                told.onException(new CacheException(failed));
                if (failed instanceof Error serious) {
                    throw serious;
                }
                return;
            }
            told.onCompletion();
        });
    }

    private void load(Set<K> asked, boolean replace) {
        Set<K> keys = replace
                ? asked
                : asked.stream().filter(key -> !slots.contains(key)).collect(Collectors.toSet());
        if (keys.isEmpty()) {
            return;
        }
        Map<K, V> loaded = source.loadAll(keys);
        each(keys, key -> {
            V value = loaded.get(key);
            if (value != null) {
                slots.at(key, slot -> (replace || !slot.exists()) && slot.put(value));
            }
        });
    }

    void putAll(Map<? extends K, ? extends V> entries) {
        long start = System.nanoTime();
        Source.Written<K> written = source.writeAll(entries);
        each(written.keys(), key -> {
            V value = java.util.Objects.requireNonNull(entries.get(key));
            if (slots.at(key, slot -> slot.put(value))) {
                statistics.put();
            }
        });
        statistics.putTook(start);
        written.throwIfFailed();
    }

    void removeAll(Set<? extends K> keys) {
        long start = System.nanoTime();
        Source.Written<K> written = source.deleteAll(keys);
        each(written.keys(), this::remove);
        statistics.removeTook(start);
        written.throwIfFailed();
    }

    void removeAll() {
        Set<K> expired = new HashSet<>(slots.keys());
        Set<K> live = expired.stream().filter(slots::contains).collect(Collectors.toSet());
        expired.removeAll(live);
        each(expired, key -> slots.at(key, slot -> slot.exists()));
        removeAll(live);
    }

    private void remove(K key) {
        slots.at(key, slot -> {
            boolean exists = slot.exists();
            if (exists) {
                slot.remove();
                statistics.removed();
            }
            return exists;
        });
    }

    /** A listener that fails keeps nothing from being done to the other keys. */
    private static <K> void each(Set<K> keys, Consumer<K> work) {
        CacheEntryListenerException failure = null;
        for (K key : keys) {
            try {
                work.accept(key);
            } catch (CacheEntryListenerException failed) {
                failure = failure == null ? failed : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static final class Nobody implements CompletionListener {
        @Override
        public void onCompletion() {}

        @Override
        public void onException(Exception failure) {}
    }
}
