package dev.headroom.cache;

import org.jspecify.annotations.Nullable;

/**
 * Gets the value of a key from where it comes from: a database, another service, a computation.
 *
 * <p>Called by one caller at a time for a key (see {@link CacheMode}), on the thread of the caller that found nothing, or on the cache's
 * refresh threads when a stale value is served meanwhile. An exception stores nothing.
 */
@FunctionalInterface
public interface Loader<K, V extends @Nullable Object> {
    /** The key's value; null means that there is none, which is kept for {@link EntryOptions#negative()}. */
    V load(K key) throws Exception;
}
