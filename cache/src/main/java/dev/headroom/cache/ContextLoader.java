package dev.headroom.cache;

import org.jspecify.annotations.Nullable;

/**
 * A {@link Loader} that is told of the value before, and tells of the value it loads: how long it lives, its tags, its etag.
 */
@FunctionalInterface
public interface ContextLoader<K, V extends @Nullable Object> {
    /** The key's value; null means that there is none. */
    V load(K key, LoadContext<V> context) throws Exception;
}
