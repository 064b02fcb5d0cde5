package dev.headroom.memcached;

import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A set of memcached nodes, and which keys belong to which.
 *
 * <p>Transport only: no replication, no failover. Each node has one connection of its own, so that a hung node costs nothing to the others.
 * Building does no I/O: host names are resolved and connections made in the background, and a node that is down, or whose name is
 * unknown, is tried again for ever. Operations meanwhile fail at once, or within {@link MemcachedBuilder#operationTimeout}. Placement is by
 * rendezvous hashing over the nodes' identifiers: a node that is added or removed moves only the keys it gets or had. Thread-safe.
 *
 * <pre>{@code
 * try (Memcached memcached = Memcached.nodes("m1:11211,m2:11211").build()) {
 *     memcached.node("greeting").set("greeting", "hello".getBytes(UTF_8), Duration.ofMinutes(5));
 * }
 * }</pre>
 */
public interface Memcached extends AutoCloseable {
    /**
     * A builder for these nodes.
     *
     * @param list {@code host:port} separated by commas or spaces, each optionally with an identifier before it, {@code n1:host:port}; the
     *     port may be left out (11211); an IPv6 address stands in brackets
     * @throws dev.headroom.config.ConfigurationException if an address is malformed or stands there twice
     */
    static MemcachedBuilder nodes(String list) {
        return new MemcachedBuilder(list);
    }

    /** All nodes, as configured. */
    List<MemcachedNode> nodes();

    /** The node that the key belongs to. */
    MemcachedNode node(String key);

    /** The nodes that the key belongs to, best first; no more than there are. */
    List<MemcachedNode> nodes(String key, int copies);

    /**
     * Says for a key which of these identifiers it belongs to in a set of nodes with these identifiers and no others: placement depends on nothing else.
     *
     * @param ids at least one
     */
    UnaryOperator<String> placement(Collection<String> ids);

    /** Closes the connections; operations under way fail. A second call does nothing. */
    @Override
    void close();
}
