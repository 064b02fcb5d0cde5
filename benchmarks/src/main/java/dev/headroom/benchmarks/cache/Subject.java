package dev.headroom.benchmarks.cache;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A cache under comparison, as one JVM has it: what it holds itself, and its own connections to what it shares. */
interface Subject extends AutoCloseable {
    /** The key's value, loaded if need be. */
    String get(String key, Callable<String> loader) throws Exception;

    /** The values of these keys, all of which are in the shared tier, by one call; null if it has no such call. */
    default @Nullable Map<String, String> getAll(Collection<String> keys) {
        return null;
    }

    @Override
    void close();
}
