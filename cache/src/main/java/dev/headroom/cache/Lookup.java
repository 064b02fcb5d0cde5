package dev.headroom.cache;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a cache holds for a key, without loading.
 *
 * @param value the value, null if the state is {@link State#NEGATIVE}
 * @param state whether it is fresh
 * @param age the time since it was stored, by whichever JVM, as far as the shared tier knows it
 */
public record Lookup<V>(@Nullable V value, State state, Duration age) {
    /** The state of what is held. */
    public enum State {
        /** Served as it is. */
        FRESH,
        /** Past its freshness, within one of its stale windows. */
        STALE,
        /** It is known that there is no value. */
        NEGATIVE
    }
}
