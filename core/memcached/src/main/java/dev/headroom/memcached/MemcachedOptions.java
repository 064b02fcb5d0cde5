package dev.headroom.memcached;

import dev.headroom.config.Checks;
import java.time.Duration;

/**
 * The options of a {@link Memcached}; immutable, made by {@link MemcachedBuilder}, where each is explained.
 *
 * @param operationTimeout how long an operation may take
 * @param queueCapacity how many operations may wait for one node
 * @param maximumReconnectDelay the longest pause between attempts to connect
 * @param breakerOpen how long a breaker stays open before the node is probed
 * @param maximumValueBytes the largest value that is sent
 */
public record MemcachedOptions(
        Duration operationTimeout,
        int queueCapacity,
        Duration maximumReconnectDelay,
        Duration breakerOpen,
        int maximumValueBytes) {
    private static final MemcachedOptions DEFAULTS = new MemcachedOptions(
            Duration.ofMillis(250), 1024, Duration.ofSeconds(1), Duration.ofMillis(500), 1_000_000);

    /** Checks every value. @throws dev.headroom.config.ConfigurationException if one breaks its rule */
    public MemcachedOptions {
        Checks.positive("operationTimeout", operationTimeout);
        Checks.atLeast("queueCapacity", queueCapacity, 1);
        Checks.that(
                maximumReconnectDelay.compareTo(Duration.ofSeconds(1)) >= 0,
                "maximumReconnectDelay",
                maximumReconnectDelay,
                ">= PT1S");
        Checks.positive("breakerOpen", breakerOpen);
        Checks.atLeast("maximumValueBytes", maximumValueBytes, 1);
    }

    /** The defaults. */
    public static MemcachedOptions defaults() {
        return DEFAULTS;
    }
}
