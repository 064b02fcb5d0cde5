package dev.headroom.cache.jcache;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import javax.cache.Cache.Entry;
import javax.cache.CacheException;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.EntryProcessorException;
import javax.cache.processor.EntryProcessorResult;

/** What calls do to one key at a time, to its source and to the counts. */
@SuppressWarnings("NullAway") // the specification's methods answer null where there is nothing
final class KeyOperations<K, V> {
    private final Slots<K, V> slots;
    private final Source<K, V> source;
    private final Statistics statistics;

    KeyOperations(Slots<K, V> slots, Source<K, V> source, Statistics statistics) {
        this.slots = slots;
        this.source = source;
        this.statistics = statistics;
    }

    private V fetched(Slots<K, V>.Slot slot) {
        statistics.looked(slot.exists());
        V value = slot.value();
        if (value != null) {
            slot.accessed();
            return value;
        }
        V loaded = source.readThrough(slot.key());
        if (loaded != null) {
            slot.put(loaded);
        }
        return loaded;
    }

    private boolean stored(Slots<K, V>.Slot slot, V value) {
        source.write(slot.key(), value);
        boolean stored = slot.put(value);
        if (stored) {
            statistics.put();
        }
        return stored;
    }

    private void removed(Slots<K, V>.Slot slot) {
        slot.remove();
        statistics.removed();
    }

    V get(K key) {
        long start = System.nanoTime();
        V value = slots.at(key, this::fetched);
        statistics.getTook(start);
        return value;
    }

    void put(K key, V value) {
        long start = System.nanoTime();
        slots.at(key, slot -> stored(slot, value));
        statistics.putTook(start);
    }

    V getAndPut(K key, V value) {
        long start = System.nanoTime();
        V before = slots.at(key, slot -> {
            statistics.looked(slot.exists());
            V old = slot.value();
            stored(slot, value);
            return old;
        });
        statistics.getTook(start);
        statistics.putTook(start);
        return before;
    }

    boolean putIfAbsent(K key, V value) {
        long start = System.nanoTime();
        boolean put = slots.at(key, slot -> {
            statistics.looked(slot.exists());
            return !slot.exists() && stored(slot, value);
        });
        statistics.putTook(start);
        return put;
    }

    boolean remove(K key) {
        long start = System.nanoTime();
        boolean removed = slots.at(key, slot -> {
            source.delete(key);
            boolean exists = slot.exists();
            slot.remove();
            if (exists) {
                statistics.removed();
            }
            return exists;
        });
        statistics.removeTook(start);
        return removed;
    }

    boolean remove(K key, V old) {
        long start = System.nanoTime();
        boolean removed = slots.at(key, slot -> {
            boolean same = matches(slot, old);
            if (same) {
                source.delete(key);
                removed(slot);
            }
            return same;
        });
        statistics.removeTook(start);
        return removed;
    }

    V getAndRemove(K key) {
        long start = System.nanoTime();
        V before = slots.at(key, slot -> {
            statistics.looked(slot.exists());
            V old = slot.value();
            source.delete(key);
            slot.remove();
            if (old != null) {
                statistics.removed();
            }
            return old;
        });
        statistics.getTook(start);
        statistics.removeTook(start);
        return before;
    }

    boolean replace(K key, V old, V value) {
        long start = System.nanoTime();
        boolean replaced = slots.at(key, slot -> matches(slot, old) && stored(slot, value));
        statistics.putTook(start);
        return replaced;
    }

    V getAndReplace(K key, V value) {
        long start = System.nanoTime();
        V before = slots.at(key, slot -> {
            statistics.looked(slot.exists());
            V old = slot.value();
            if (old != null) {
                stored(slot, value);
            }
            return old;
        });
        statistics.getTook(start);
        statistics.putTook(start);
        return before;
    }

    /** Whether the key has this value; to find another is an access. */
    private boolean matches(Slots<K, V>.Slot slot, V expected) {
        statistics.looked(slot.exists());
        boolean same = slot.exists() && expected.equals(slot.value());
        if (!same) {
            slot.accessed();
        }
        return same;
    }

    <T> T invoke(K key, EntryProcessor<K, V, T> processor, Object... arguments) {
        return slots.at(key, slot -> Processing.run(slot, slots.copy(key), source, statistics, processor, arguments));
    }

    <T> Map<K, EntryProcessorResult<T>> invokeAll(
            Set<? extends K> keys, EntryProcessor<K, V, T> processor, Object... arguments) {
        Map<K, EntryProcessorResult<T>> results = new HashMap<>();
        for (K key : keys) {
            try {
                T result = invoke(key, processor, arguments);
                if (result != null) {
                    results.put(key, new Processing.Result<>(result, null));
                }
            } catch (CacheException failed) {
                results.put(key, new Processing.Result<>(null, failed));
            } catch (RuntimeException failed) {
                results.put(key, new Processing.Result<>(null, new EntryProcessorException(failed)));
            }
        }
        return results;
    }

    Iterator<Entry<K, V>> iterator() {
        return new Iteration<>(
                slots.keys().stream().map(slots::copy).iterator(),
                key -> slots.at(key, Slots.Slot::value),
                key -> slots.at(key, slot -> {
                    statistics.hit();
                    V value = slot.value();
                    slot.accessed();
                    return value;
                }),
                this::remove);
    }
}
