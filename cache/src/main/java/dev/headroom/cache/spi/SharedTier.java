package dev.headroom.cache.spi;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

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

    /**
     * Says for a key which node it would belong to, by its {@linkplain SharedNode#id identifier}, if the tier had the nodes of these identifiers: by that the cache finds
     * out what was dropped elsewhere while it had others. Empty if the tier can't tell, as it does by default: then whoever uses a cache with other nodes first drops all
     * of it.
     */
    default Optional<UnaryOperator<String>> placement(Collection<String> ids) {
        return Optional.empty();
    }

    /** Closes what the tier opened itself. A second call does nothing. */
    @Override
    void close();
}
