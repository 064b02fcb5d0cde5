package dev.headroom.memcached;

import dev.headroom.config.Checks;
import dev.headroom.memcached.internal.DefaultMemcached;
import dev.headroom.memcached.internal.NodeAddress;
import dev.headroom.meter.Meters;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Collects the options of a {@link Memcached}. Not thread-safe. */
public final class MemcachedBuilder {
    private final List<NodeAddress> addresses;
    private final MemcachedOptions defaults = MemcachedOptions.defaults();
    private Duration operationTimeout = defaults.operationTimeout();
    private int queueCapacity = defaults.queueCapacity();
    private Duration maximumReconnectDelay = defaults.maximumReconnectDelay();
    private Duration breakerOpen = defaults.breakerOpen();
    private int maximumValueBytes = defaults.maximumValueBytes();
    private Meters meters = Meters.none();
    private @Nullable Executor executor;

    MemcachedBuilder(String list) {
        this.addresses = NodeAddress.list(list);
    }

    /** How long an operation may take before it fails; default 250 ms. Before the first connection it waits for that first, a second at most. */
    public MemcachedBuilder operationTimeout(Duration operationTimeout) {
        this.operationTimeout = Checks.positive("operationTimeout", operationTimeout);
        return this;
    }

    /** How many operations may wait for one node, at least 1; default 1,024. More fail at once. */
    public MemcachedBuilder queueCapacity(int queueCapacity) {
        this.queueCapacity = Checks.atLeast("queueCapacity", queueCapacity, 1);
        return this;
    }

    /** The longest pause between attempts to connect, at least a second, in whole seconds; default 1 second. */
    public MemcachedBuilder maximumReconnectDelay(Duration delay) {
        this.maximumReconnectDelay = Checks.positive("maximumReconnectDelay", delay);
        return this;
    }

    /**
     * How long after a node's breaker has opened the node is asked, in the background, whether it is back; default 500 ms. Callers' operations fail at once
     * until it answers.
     */
    public MemcachedBuilder breakerOpen(Duration breakerOpen) {
        this.breakerOpen = Checks.positive("breakerOpen", breakerOpen);
        return this;
    }

    /** The largest value that is sent, in bytes; default 1,000,000. Larger ones are refused here: memcached's own limit is 1 MiB an item. */
    public MemcachedBuilder maximumValueBytes(int maximumValueBytes) {
        this.maximumValueBytes = Checks.atLeast("maximumValueBytes", maximumValueBytes, 1);
        return this;
    }

    /** Where measurements go; default nowhere. */
    public MemcachedBuilder meters(Meters meters) {
        this.meters = Checks.present("meters", meters);
        return this;
    }

    /** Completes operations on this executor instead of two threads of our own; it is not closed with the client. */
    public MemcachedBuilder executor(Executor executor) {
        this.executor = Checks.present("executor", executor);
        return this;
    }

    /** The client, connecting in the background. */
    public Memcached build() {
        MemcachedOptions options = new MemcachedOptions(
                operationTimeout, queueCapacity, maximumReconnectDelay, breakerOpen, maximumValueBytes);
        return new DefaultMemcached(addresses, options, meters, executor);
    }
}
