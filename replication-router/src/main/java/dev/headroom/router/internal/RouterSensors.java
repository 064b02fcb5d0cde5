package dev.headroom.router.internal;

import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.RouterMeters;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Counts what the router does; to nowhere until meters are connected, and always for the console. */
final class RouterSensors implements AutoCloseable {
    private final String router;
    private final LongAdder diverted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Map<Node, List<Meters.Gauge>> gauges = new ConcurrentHashMap<>();
    private Meters meters = Meters.none();
    private volatile Instruments to;

    RouterSensors(String router) {
        this.router = router;
        this.to = new Instruments(Meters.none(), router);
    }

    /** Sends measurements there from now on; of nodes that came before, too. */
    synchronized void connect(Meters meters, Cluster cluster) {
        this.meters = meters;
        to = new Instruments(meters, router);
        gauges.keySet().forEach(this::removed);
        cluster.nodes().forEach(node -> added(node, cluster));
    }

    /** Shows a node's gauges. */
    synchronized void added(Node node, Cluster cluster) {
        gauges.computeIfAbsent(
                node,
                key -> List.of(
                        meters.gauge(
                                RouterMeters.LAG,
                                () -> seconds(cluster.lagNanos(node)),
                                "router",
                                router,
                                "node",
                                node.name()),
                        meters.gauge(
                                RouterMeters.IN_FLIGHT,
                                () -> node.units().inFlight(),
                                "router",
                                router,
                                "node",
                                node.name()),
                        meters.gauge(
                                RouterMeters.CUTS_UNDONE,
                                () -> node.aborts().undone(),
                                "router",
                                router,
                                "node",
                                node.name())));
    }

    /** Takes a node's gauges away, and what is kept for its name. */
    synchronized void removed(Node node) {
        List<Meters.Gauge> shown = gauges.remove(node);
        if (shown != null) {
            shown.forEach(Meters.Gauge::close);
        }
        to.nodes.remove(node.name());
    }

    /** The nodes that something is kept for. */
    Set<String> kept() {
        return Set.copyOf(to.nodes.keySet());
    }

    static double seconds(long nanos) {
        return nanos == Long.MAX_VALUE ? Double.NaN : nanos / 1e9;
    }

    void bound(Lease lease) {
        if (!to.heard) {
            return;
        }
        PerNode node = to.node(lease.node());
        (lease.readOnly() ? node.reads : node.writes).increment();
        if (lease.onReplica() && lease.reason() == Reason.SERVED_STALE) {
            to.stale.increment();
        } else if (lease.reason() == Reason.OTHER_ZONE) {
            to.otherZone.increment();
        }
    }

    void diverted(Reason reason) {
        diverted.increment();
        to.diverted(reason).increment();
    }

    void refused(Reason reason) {
        refused.increment();
        to.refused(reason).increment();
    }

    void probed(Node node, long nanos, boolean good) {
        PerNode meters = to.node(node);
        meters.probe.recordNanos(nanos);
        if (!good) {
            meters.probeFailures.increment();
        }
    }

    /** A connection was taken; nobody looks at the clock when nobody listens. */
    void acquired(Node node, long beganAt, LongSupplier ticker) {
        Instruments heard = to;
        if (heard.heard) {
            heard.node(node).acquire.recordNanos(ticker.getAsLong() - beganAt);
        }
    }

    void notAcquired(Node node) {
        to.node(node).acquireFailures.increment();
    }

    void minted() {
        to.positions.increment();
    }

    void violated() {
        to.violations.increment();
    }

    void aborted() {
        to.aborted.increment();
    }

    void evicted() {
        to.evicted.increment();
    }

    void promoted() {
        to.promotions.increment();
    }

    void retried() {
        to.retried.increment();
    }

    void waitedForPrimary(long nanos) {
        to.failoverWait.recordNanos(nanos);
    }

    long divertedSoFar() {
        return diverted.sum();
    }

    long refusedSoFar() {
        return refused.sum();
    }

    @Override
    public void close() {
        gauges.keySet().forEach(this::removed);
    }

    /** The meters of one node. */
    static final class PerNode {
        private final Instruments of;
        final Counter reads;
        final Counter writes;
        final Timer acquire;
        final Counter acquireFailures;
        final Timer probe;
        final Counter probeFailures;

        private PerNode(Instruments of, Meters meters, String router, String node) {
            this.of = of;
            reads = meters.counter(RouterMeters.UNITS, "router", router, "node", node, "kind", "read");
            writes = meters.counter(RouterMeters.UNITS, "router", router, "node", node, "kind", "write");
            acquire = meters.timer(RouterMeters.ACQUIRE, "router", router, "node", node);
            acquireFailures = meters.counter(RouterMeters.ACQUIRE_FAILURES, "router", router, "node", node);
            probe = meters.timer(RouterMeters.PROBE, "router", router, "node", node);
            probeFailures = meters.counter(RouterMeters.PROBE_FAILURES, "router", router, "node", node);
        }
    }

    /** All meters, each looked up once. */
    private static final class Instruments {
        private final Map<String, PerNode> nodes = new ConcurrentHashMap<>();
        private final Meters meters;
        private final String router;
        final boolean heard;
        private final Map<Reason, Counter> diverted = new EnumMap<>(Reason.class);
        private final Map<Reason, Counter> refused = new EnumMap<>(Reason.class);
        final Counter stale;
        final Counter otherZone;
        final Counter positions;
        final Counter violations;
        final Counter aborted;
        final Counter evicted;
        final Counter promotions;
        final Timer failoverWait;
        final Counter retried;

        Instruments(Meters meters, String router) {
            this.meters = meters;
            this.router = router;
            this.heard = meters != Meters.none();
            for (Reason reason : Reason.values()) {
                String tag = reason.name().toLowerCase(Locale.ROOT);
                diverted.put(reason, meters.counter(RouterMeters.DIVERTED, "router", router, "reason", tag));
                refused.put(reason, meters.counter(RouterMeters.REFUSED, "router", router, "reason", tag));
            }
            stale = meters.counter(RouterMeters.STALE, "router", router);
            otherZone = meters.counter(RouterMeters.OTHER_ZONE, "router", router);
            positions = meters.counter(RouterMeters.POSITIONS, "router", router);
            violations = meters.counter(RouterMeters.VIOLATIONS, "router", router);
            aborted = meters.counter(RouterMeters.ABORTED, "router", router);
            evicted = meters.counter(RouterMeters.EVICTED, "router", router);
            promotions = meters.counter(RouterMeters.PROMOTIONS, "router", router);
            retried = meters.counter(RouterMeters.RETRIED, "router", router);
            failoverWait = meters.timer(RouterMeters.FAILOVER_WAIT, "router", router);
        }

        PerNode node(Node node) {
            PerNode known = node.meters();
            if (known == null || known.of != this) {
                known = nodes.computeIfAbsent(node.name(), name -> new PerNode(this, meters, router, name));
                node.meters(known);
            }
            return known;
        }

        Counter diverted(Reason reason) {
            return Objects.requireNonNull(diverted.get(reason));
        }

        Counter refused(Reason reason) {
            return Objects.requireNonNull(refused.get(reason));
        }
    }
}
