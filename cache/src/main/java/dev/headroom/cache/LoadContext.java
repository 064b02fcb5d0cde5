package dev.headroom.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link ContextLoader} may say about the value that it is about to return. Of the one load; not thread-safe.
 *
 * <pre>{@code
 * Rate rate = rates.get(currency, (key, load) -> {
 *     Rate found = bank.rate(key);
 *     load.fresh(found.validFor());
 *     return found;
 * });
 * }</pre>
 *
 * @param <V> the values
 */
public interface LoadContext<V extends @Nullable Object> {
    /** The options the value will be kept by; at first those of the call. */
    EntryOptions options();

    /** Keeps the value as these options say. */
    LoadContext<V> options(EntryOptions options);

    /** Keeps the value fresh for so long; the other options stay. */
    default LoadContext<V> fresh(Duration fresh) {
        return options(options().withFresh(fresh));
    }

    /** Answers the callers that wait with the value, and stores nothing; returns it. */
    V doNotCache(V value);
}
