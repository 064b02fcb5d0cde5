package dev.headroom.throttle;

import java.time.Duration;
import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * The checked options of a throttle; see {@link ThrottleBuilder} for what they mean.
 *
 * @param bypass path patterns of requests that don't go through the gate
 * @param unmeasured path patterns of requests whose latency does not count
 * @param retryAfterFrom the least time to come back after
 * @param retryAfterTo the greatest
 * @param random numbers from 0 to 1, 1 excluded
 */
public record ThrottleOptions(
        List<String> bypass,
        List<String> unmeasured,
        Duration retryAfterFrom,
        Duration retryAfterTo,
        DoubleSupplier random) {
    /** Copies the lists. */
    public ThrottleOptions {
        bypass = List.copyOf(bypass);
        unmeasured = List.copyOf(unmeasured);
    }
}
