package dev.headroom.cache.spi;

import java.time.Duration;
import java.util.Objects;

/**
 * How long a value is of use.
 *
 * @param fresh how long it is fresh, longer than zero
 * @param stale how long after that it is kept for those who may serve what is stale
 */
public record Lifetime(Duration fresh, Duration stale) {
    /** Checks both. */
    public Lifetime {
        Objects.requireNonNull(fresh, "fresh");
        Objects.requireNonNull(stale, "stale");
        if (fresh.isNegative() || fresh.isZero() || stale.isNegative()) {
            throw new IllegalArgumentException("lifetime: " + fresh + " and " + stale + " (expected: > 0 and >= 0)");
        }
    }
}
