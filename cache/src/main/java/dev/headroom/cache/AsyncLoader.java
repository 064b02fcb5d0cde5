package dev.headroom.cache;

import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Gets a key's value from where it comes from, without blocking. */
@FunctionalInterface
public interface AsyncLoader<K, V extends @Nullable Object> {
    /**
     * A stage of the value; null in it means that there is none. It must complete some time: the load goes on until then, whoever still waits.
     */
    CompletionStage<V> load(K key) throws Exception;
}
