package dev.headroom.memcached;

/** One node of a {@link Memcached}: a port with a breaker in front. */
public interface MemcachedNode extends MemcachedPort {
    /** The stable identifier that placement goes by: as configured, by default {@code host:port}. */
    String id();

    /** Whether operations are tried now. */
    State state();

    /** How a node is. */
    enum State {
        /** Operations are tried. */
        UP,
        /** The breaker tries a few operations to see whether the node is back. */
        PROBING,
        /** The breaker is open: operations fail at once. */
        DOWN
    }
}
