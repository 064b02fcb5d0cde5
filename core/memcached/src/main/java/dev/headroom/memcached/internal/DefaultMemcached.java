package dev.headroom.memcached.internal;

import dev.headroom.config.Checks;
import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedMeters;
import dev.headroom.memcached.MemcachedNode;
import dev.headroom.memcached.MemcachedOptions;
import dev.headroom.meter.Meters;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes, their connections and their placement. */
public final class DefaultMemcached implements Memcached {
    private static final Logger LOG = LoggerFactory.getLogger(Memcached.class);
    private static final int WINDOW = 8;
    private static final int MINIMUM_CALLS = 4;

    private final List<MemcachedNode> nodes = new ArrayList<>();
    private final List<Rendezvous.Scored<MemcachedNode>> placement = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final List<SpyPort> ports = new ArrayList<>();
    private final List<Meters.Gauge> gauges = new ArrayList<>();
    private final Workers workers;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Makes the nodes and begins to connect. */
    public DefaultMemcached(
            List<NodeAddress> addresses, MemcachedOptions options, Meters meters, @Nullable Executor executor) {
        this.workers = new Workers(executor);
        for (NodeAddress address : addresses) {
            CircuitBreaker breaker = breaker(address, options);
            CompletableFuture<Probes> probes = new CompletableFuture<>();
            // A new connection is a reason to ask at once instead of when the breaker's time is over.
            Connection connection = new Connection(address, options, workers, () -> probes.thenAccept(Probes::now));
            SpyPort port = new SpyPort(address, workers, connection, options.operationTimeout());
            probes.complete(new Probes(breaker, port, workers, options.breakerOpen()));
            GuardedNode node = new GuardedNode(address, port, breaker, options.maximumValueBytes(), meters);
            nodes.add(node);
            connections.add(connection);
            ports.add(port);
            placement.add(Rendezvous.Scored.of(node, address.id()));
            gauges.add(meters.gauge(
                    MemcachedMeters.UP, () -> node.state() == MemcachedNode.State.UP ? 1 : 0, "node", address.id()));
        }
        connections.forEach(Connection::open);
    }

    @Override
    public List<MemcachedNode> nodes() {
        return List.copyOf(nodes);
    }

    @Override
    public MemcachedNode node(String key) {
        return Rendezvous.first(placement, Rendezvous.hash(key));
    }

    @Override
    public List<MemcachedNode> nodes(String key, int copies) {
        return Rendezvous.best(placement, key, Checks.atLeast("copies", copies, 1));
    }

    @Override
    public UnaryOperator<String> placement(Collection<String> ids) {
        Checks.that(!ids.isEmpty(), "ids", ids, "at least one");
        List<Rendezvous.Scored<String>> scored =
                ids.stream().map(id -> Rendezvous.Scored.of(id, id)).toList();
        return key -> Rendezvous.first(scored, Rendezvous.hash(key));
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            gauges.forEach(Meters.Gauge::close);
            connections.forEach(Connection::close);
            ports.forEach(SpyPort::close);
            workers.close();
        }
    }

    private static CircuitBreaker breaker(NodeAddress address, MemcachedOptions options) {
        CircuitBreakerConfig config = CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW, MINIMUM_CALLS, CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(50)
                .waitDurationInOpenState(options.breakerOpen())
                .permittedNumberOfCallsInHalfOpenState(1)
                .build();
        CircuitBreaker breaker = CircuitBreaker.of("memcached-" + address.id(), config);
        breaker.getEventPublisher().onStateTransition(event -> {
            State to = event.getStateTransition().getToState();
            if (event.getStateTransition().getFromState() == State.CLOSED) {
                LOG.warn("memcached: node {}: breaker opened", address);
            } else if (to == State.CLOSED) {
                LOG.info("memcached: node {}: breaker closed", address);
            }
        });
        return breaker;
    }
}
