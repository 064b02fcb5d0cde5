package dev.headroom.cache.memcached;

/** How leases are kept on memcached. */
public enum LeaseMode {
    /** Ask each node once it is connected, and use {@link #META} where it knows the commands. */
    AUTO,
    /** By the meta commands of memcached 1.6: one round trip more than a plain cache for the one who loads, none for the others. */
    META,
    /**
     * By {@code gets}, {@code add}, {@code cas} and {@code touch}, for older servers and proxies. A value's age is not known, so it is kept no longer than
     * it is fresh: what is stale is served by each JVM from its own memory alone.
     */
    CLASSIC
}
