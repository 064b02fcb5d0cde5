package dev.headroom.cache;

import org.jspecify.annotations.Nullable;

/** A {@link Loader} that says, for each value, how it is kept. Called as a loader is. */
@FunctionalInterface
public interface ContextLoader<K, V extends @Nullable Object> {
    /** The key's value; null means that there is none. */
    V load(K key, LoadContext<V> context) throws Exception;
}
