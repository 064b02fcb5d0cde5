package dev.headroom.cache.jcache;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
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
        Runnable load = () -> {
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
        };
        try {
            loading.execute(load);
        } catch (RejectedExecutionException full) {
            told.onException(new CacheException("loadAll: too many wait to be loaded", full));
        }
    }

    private void load(Set<K> asked, boolean replace) {
        Set<K> keys = replace
                ? asked
                : asked.stream().filter(key -> !slots.contains(key)).collect(Collectors.toSet());
        if (keys.isEmpty()) {
            return;
        }
        slots.watching(keys, watch -> {
            Map<K, V> loaded = source.loadAll(keys);
            each(keys, key -> {
                V value = loaded.get(key);
                if (value != null) {
                    slots.at(key, slot -> !watch.overtaken(key) && (replace || !slot.exists()) && slot.put(value));
                }
            });
            return null;
        });
    }

    /** The values that are held, and, where reads load, those of the other keys by one call of the loader. */
    Map<K, V> getAll(Set<? extends K> keys) {
        Map<K, V> found = new HashMap<>();
        Set<K> missing = new LinkedHashSet<>();
        for (K key : keys) {
            long start = System.nanoTime();
            V value = slots.at(key, slot -> {
                statistics.looked(slot.exists());
                slot.accessed();
                return slot.value();
            });
            statistics.getTook(start);
            if (value != null) {
                found.put(key, value);
            } else {
                missing.add(key);
            }
        }
        if (source.readsThrough() && !missing.isEmpty()) {
            found.putAll(slots.watching(missing, watch -> loaded(missing, watch)));
        }
        return found;
    }

    private Map<K, V> loaded(Set<K> missing, Watch watch) {
        Map<K, V> loaded = source.loadAll(missing);
        Map<K, V> found = new HashMap<>();
        each(missing, key -> {
            V value = slots.at(key, slot -> {
                V arrived = slot.value();
                V mine = arrived == null ? loaded.get(key) : arrived;
                if (arrived == null && mine != null && !watch.overtaken(key)) {
                    slot.put(mine);
                }
                return mine;
            });
            if (value != null) {
                found.put(key, value);
            }
        });
        return found;
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
            slot.remove();
            if (exists) {
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
