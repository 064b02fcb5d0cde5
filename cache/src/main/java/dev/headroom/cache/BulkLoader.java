package dev.headroom.cache;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gets the values of several keys at once from where they come from. */
@FunctionalInterface
public interface BulkLoader<K, V extends @Nullable Object> {
    /**
     * The values by key. A key that is not in the answer has no value, as if a {@link Loader} had answered null.
     *
     * @param keys the keys that nobody has or is loading, not empty
     */
    Map<? extends K, ? extends V> load(Set<K> keys) throws Exception;
}
