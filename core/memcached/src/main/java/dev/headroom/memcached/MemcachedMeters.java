package dev.headroom.memcached;

/** The names of this module's meters. */
public final class MemcachedMeters {
    /** Timer of operations; tags {@code node} and {@code result}: ok, timeout, unavailable, breaker_open, overloaded, refused. */
    public static final String OPERATIONS = "headroom.memcached.operations";

    /** Gauge, 1 while a node's breaker is closed, else 0; tag {@code node}. */
    public static final String UP = "headroom.memcached.up";

    private MemcachedMeters() {}
}
