package dev.headroom.cache.memcached;

import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.config.Checks;
import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * memcached as the shared tier.
 *
 * <p>All JVMs must be given the same nodes under the same identifiers, and the same {@link LeaseMode}. A key has one node, by rendezvous hashing: one
 * that comes or goes moves only its share of the keys. Thread-safe.
 *
 * <pre>{@code
 * Memcached memcached = Memcached.nodes("m1:11211,m2:11211").operationTimeout(Duration.ofMillis(100)).build();
 * Caches caches = Caches.builder().shared(MemcachedTier.on(memcached)).build();
 * }</pre>
 */
public final class MemcachedTier implements SharedTier {
    private final Memcached memcached;
    private final Map<MemcachedNode, SharedNode> nodes = new LinkedHashMap<>();
    private final List<SharedNode> list;

    private MemcachedTier(Memcached memcached, LeaseMode mode) {
        this.memcached = memcached;
        List<SharedNode> all = new ArrayList<>();
        for (MemcachedNode node : memcached.nodes()) {
            SharedNode shared = new ProbedNode(node, mode);
            nodes.put(node, shared);
            all.add(shared);
        }
        this.list = List.copyOf(all);
    }

    /** A tier on this client, which stays the caller's to close; the way of leases is asked of each node. */
    public static MemcachedTier on(Memcached memcached) {
        return on(memcached, LeaseMode.AUTO);
    }

    /** A tier on this client with this way of leases. */
    public static MemcachedTier on(Memcached memcached, LeaseMode mode) {
        return new MemcachedTier(Checks.present("memcached", memcached), Checks.present("mode", mode));
    }

    @Override
    public List<SharedNode> nodes() {
        return list;
    }

    @Override
    public SharedNode node(String key) {
        return Objects.requireNonNull(nodes.get(memcached.node(key)), "node");
    }

    @Override
    public Optional<UnaryOperator<String>> placement(Collection<String> ids) {
        return Optional.of(memcached.placement(ids));
    }

    /** Does nothing: the client is the caller's. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "MemcachedTier" + list;
    }
}
