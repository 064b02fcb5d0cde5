package dev.headroom.cache.spi;

import java.util.List;

/**
 * A tier of the cache that several JVMs share: bytes by key, with a lease that makes one JVM the one that loads.
 *
 * <p>It is made of nodes, each of which fails and comes back by itself. A key belongs to one node; all JVMs must agree on which. What a key
 * has beside it, records and counters, lives on the key's node, so that one answers if the other does. A node that is short of memory may lose any of them
 * alone.
 *
 * <p>Implementations are thread-safe.
 */
public interface SharedTier extends AutoCloseable {
    /** All nodes. */
    List<SharedNode> nodes();

    /** The node the key belongs to. */
    SharedNode node(String key);

    /** Closes what the tier opened itself. A second call does nothing. */
    @Override
    void close();
}
