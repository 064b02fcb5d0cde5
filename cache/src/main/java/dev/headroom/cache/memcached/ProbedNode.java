package dev.headroom.cache.memcached;

import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedLease;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.cache.spi.SharedStore;
import dev.headroom.cache.spi.SharedStores;
import dev.headroom.memcached.MemcachedNode;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a node what it knows before it is first used, and again when the connection is another one: the server may be, too. */
final class ProbedNode implements SharedNode {
    private static final Logger LOG = LoggerFactory.getLogger(MemcachedTier.class);

    private final MemcachedNode node;
    private final LeaseMode mode;
    private final NodeBase meta;
    private final NodeBase classic;
    private volatile @Nullable Probe last;

    private record Probe(long connection, NodeBase chosen) {}

    ProbedNode(MemcachedNode node, LeaseMode mode) {
        this.node = node;
        this.mode = mode;
        this.meta = new MetaNode(node);
        this.classic = new ClassicNode(node);
    }

    private NodeBase chosen() {
        if (mode != LeaseMode.AUTO) {
            return mode == LeaseMode.META ? meta : classic;
        }
        Probe known = last;
        long connection = node.connectionNumber();
        if (known != null && known.connection == connection) {
            return known.chosen;
        }
        NodeBase chosen = Answers.of(node.knowsMeta()) ? meta : classic;
        if (known == null || known.chosen != chosen) {
            LOG.info("cache: {} leases by {}", node, chosen == meta ? LeaseMode.META : LeaseMode.CLASSIC);
        }
        // The connection may have changed meanwhile: then the next call asks again.
        last = new Probe(connection, chosen);
        return chosen;
    }

    @Override
    public String id() {
        return node.id();
    }

    @Override
    public String state() {
        return node.state().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean isAvailable() {
        return node.state() == MemcachedNode.State.UP;
    }

    @Override
    public SharedRead readOrLease(String key, Duration leaseFor, Collection<String> records) {
        return chosen().readOrLease(key, leaseFor, records);
    }

    @Override
    public Map<String, SharedRead> readOrLeaseAll(
            Collection<String> keys, Duration leaseFor, Collection<String> records) {
        return chosen().readOrLeaseAll(keys, leaseFor, records);
    }

    @Override
    public Map<String, SharedRead> readAll(Collection<String> keys) {
        return chosen().readAll(keys);
    }

    @Override
    public SharedRead lease(String key, long version, Duration leaseFor) {
        return chosen().lease(key, version, leaseFor);
    }

    @Override
    public Map<String, SharedRead> leaseAll(Map<String, Long> versions, Duration leaseFor) {
        return chosen().leaseAll(versions, leaseFor);
    }

    @Override
    public boolean heartbeat(SharedLease lease, Duration leaseFor) {
        return chosen().heartbeat(lease, leaseFor);
    }

    @Override
    public Set<String> heartbeatAll(Collection<SharedLease> leases, Duration leaseFor) {
        return chosen().heartbeatAll(leases, leaseFor);
    }

    @Override
    public boolean storeIf(SharedLease lease, byte[] value, Lifetime life) {
        return chosen().storeIf(lease, value, life);
    }

    @Override
    public SharedStores storeAllIf(Collection<SharedStore> stores) {
        return chosen().storeAllIf(stores);
    }

    @Override
    public void discard(SharedLease lease) {
        chosen().discard(lease);
    }

    @Override
    public void discardAll(Collection<SharedLease> leases) {
        chosen().discardAll(leases);
    }

    @Override
    public void releaseAll(Collection<SharedLease> leases) {
        chosen().releaseAll(leases);
    }

    @Override
    public void release(SharedLease lease) {
        chosen().release(lease);
    }

    @Override
    public boolean takeOver(String key, long version) {
        return chosen().takeOver(key, version);
    }

    @Override
    public void put(String key, byte[] value, Lifetime life) {
        chosen().put(key, value, life);
    }

    @Override
    public void invalidate(String key) {
        chosen().invalidate(key);
    }

    @Override
    public Map<String, byte[]> records(Collection<String> names) {
        return meta.records(names);
    }

    @Override
    public byte[] merge(String record, Duration kept, UnaryOperator<byte @Nullable []> change) {
        return meta.merge(record, kept, change);
    }

    @Override
    public Map<String, byte[]> mergeAll(Map<String, UnaryOperator<byte @Nullable []>> changes, Duration kept) {
        return meta.mergeAll(changes, kept);
    }

    @Override
    public void write(Map<String, byte[]> records, Duration kept) {
        meta.write(records, kept);
    }

    @Override
    public long increment(String counter) {
        return meta.increment(counter);
    }

    @Override
    public int maximumValueBytes() {
        return meta.maximumValueBytes();
    }

    @Override
    public String toString() {
        return node.toString();
    }
}
