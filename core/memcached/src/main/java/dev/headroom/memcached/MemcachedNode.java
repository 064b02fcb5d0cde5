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
        /** The breaker is open, and the node is being asked whether it is back: operations fail at once. */
        PROBING,
        /** The breaker is open: operations fail at once. */
        DOWN
    }
}
