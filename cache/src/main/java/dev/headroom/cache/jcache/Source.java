package dev.headroom.cache.jcache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.cache.Cache;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.integration.CacheLoader;
import javax.cache.integration.CacheLoaderException;
import javax.cache.integration.CacheWriter;
import javax.cache.integration.CacheWriterException;
import org.jspecify.annotations.Nullable;

/** Where a cache's entries come from and go to; what it throws is as the specification has it. */
final class Source<K, V> {
    private final @Nullable CacheLoader<K, V> loader;
    private final @Nullable CacheWriter<K, V> writer;
    private final boolean readThrough;

    @SuppressWarnings("unchecked") // a writer of supertypes takes these entries too
    Source(CompleteConfiguration<K, V> configuration) {
        this.loader = configuration.getCacheLoaderFactory() == null
                ? null
                : configuration.getCacheLoaderFactory().create();
        this.writer = configuration.getCacheWriterFactory() == null || !configuration.isWriteThrough()
                ? null
                : (CacheWriter<K, V>) configuration.getCacheWriterFactory().create();
        this.readThrough = configuration.isReadThrough();
    }

    /** The value that a read brings in; null if there is none, or reads bring in nothing. */
    @Nullable V readThrough(K key) {
        if (loader == null || !readThrough) {
            return null;
        }
        try {
            return loader.load(key);
        } catch (CacheLoaderException known) {
            throw known;
        } catch (RuntimeException failed) {
            throw new CacheLoaderException(failed);
        }
    }

    /** Whether reads bring in what is not there. */
    boolean readsThrough() {
        return loader != null && readThrough;
    }

    boolean loads() {
        return loader != null;
    }

    Map<K, V> loadAll(Set<? extends K> keys) {
        if (loader == null) {
            return Map.of();
        }
        try {
            return loader.loadAll(keys);
        } catch (CacheLoaderException known) {
            throw known;
        } catch (RuntimeException failed) {
            throw new CacheLoaderException(failed);
        }
    }

    void write(K key, V value) {
        if (writer != null) {
            tried(() -> writer.write(new Pair<>(key, value)));
        }
    }

    void delete(K key) {
        if (writer != null) {
            tried(() -> writer.delete(key));
        }
    }

    private static void tried(Runnable write) {
        CacheWriterException failure = failure(write);
        if (failure != null) {
            throw failure;
        }
    }

    private static @Nullable CacheWriterException failure(Runnable write) {
        try {
            write.run();
            return null;
        } catch (CacheWriterException known) {
            return known;
        } catch (RuntimeException failed) {
            return new CacheWriterException(failed);
        }
    }

    /**
     * What has been written of several.
     *
     * @param keys those that were written
     * @param failure why others were not; null if all were
     */
    record Written<K>(Set<K> keys, @Nullable CacheWriterException failure) {
        void throwIfFailed() {
            if (failure != null) {
                throw failure;
            }
        }
    }

    Written<K> writeAll(Map<? extends K, ? extends V> entries) {
        Set<K> keys = new HashSet<>(entries.keySet());
        if (writer == null || entries.isEmpty()) {
            return new Written<>(keys, null);
        }
        List<Cache.Entry<? extends K, ? extends V>> left = new ArrayList<>();
        entries.forEach((key, value) -> left.add(new Pair<>(key, value)));
        CacheWriterException failure = failure(() -> writer.writeAll(left));
        if (failure != null) {
            left.forEach(entry -> keys.remove(entry.getKey()));
        }
        return new Written<>(keys, failure);
    }

    Written<K> deleteAll(Collection<? extends K> all) {
        Set<K> keys = new HashSet<>(all);
        if (writer == null || keys.isEmpty()) {
            return new Written<>(keys, null);
        }
        Set<K> left = new HashSet<>(keys);
        CacheWriterException failure = failure(() -> writer.deleteAll(left));
        if (failure != null) {
            keys.removeAll(left);
        }
        return new Written<>(keys, failure);
    }

    void close() {
        StandardCache.closeQuietly(loader);
        StandardCache.closeQuietly(writer);
    }
}
