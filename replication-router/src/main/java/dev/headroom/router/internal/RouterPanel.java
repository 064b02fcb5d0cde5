package dev.headroom.router.internal;

import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.console.PanelView.Level;
import dev.headroom.router.NodeState;
import dev.headroom.router.NodeStatus;
import dev.headroom.router.QueryDigest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The router on the console: who takes writes, and how far behind everybody is. */
final class RouterPanel implements ConsolePanel {
    private static final int STATEMENTS = 20;

    private final Router router;
    private final Cluster cluster;
    private final RouterSensors sensors;

    RouterPanel(Router router, Cluster cluster, RouterSensors sensors) {
        this.router = router;
        this.cluster = cluster;
        this.sensors = sensors;
    }

    @Override
    public String id() {
        return router.name();
    }

    @Override
    public String title() {
        return "Database " + router.name();
    }

    @Override
    public PanelView view() {
        List<NodeStatus> nodes = router.nodes();
        PanelView.Builder view = PanelView.builder();
        Node writable = cluster.writable();
        boolean takesWrites = writable != null && (!cluster.replicated() || cluster.up(writable));
        view.figure("primary", writable == null ? "none" : writable.name(), takesWrites ? Level.GOOD : Level.BAD);
        if (cluster.replicated()) {
            long fresh = nodes.stream().filter(node -> isFreshReplica(node)).count();
            long replicas = nodes.stream().filter(node -> isReplica(node)).count();
            if (cluster.hasReplicasFor(Unit.READ)) {
                view.figure("fresh replicas", fresh + " of " + replicas, fresh > 0 ? Level.GOOD : Level.WARN);
            }
            view.figure("reads diverted to the primary", sensors.divertedSoFar());
            view.figure("units refused", sensors.refusedSoFar());
            for (Node node : cluster.nodes()) {
                if (node != writable) {
                    view.series("lag " + node.name(), "s", RouterSensors.seconds(cluster.lagNanos(node)));
                }
            }
        }
        view.table(
                "Nodes",
                List.of("node", "role", "state", "lag", "in flight", "reads", "writes", "zone", "tags", "last failure"),
                nodes.stream().map(RouterPanel::row).toList());
        if (router.statements().digests()) {
            view.table(
                    "Statements by total time",
                    List.of("statement", "count", "failures", "total", "mean", "longest", "nodes"),
                    router.digest().stream()
                            .limit(STATEMENTS)
                            .map(RouterPanel::row)
                            .toList());
        }
        return view.build();
    }

    private static List<String> row(QueryDigest digest) {
        String nodes = new TreeMap<>(digest.countByNode())
                .entrySet().stream()
                        .map(node -> node.getKey() + " " + node.getValue())
                        .collect(Collectors.joining(", "));
        return List.of(
                digest.statement(),
                String.valueOf(digest.count()),
                String.valueOf(digest.failures()),
                millis(digest.total()),
                micros(digest.mean()),
                micros(digest.longest()),
                nodes);
    }

    private static String micros(Duration time) {
        return String.format(Locale.ROOT, "%.3f ms", time.toNanos() / 1e6);
    }

    private boolean isFreshReplica(NodeStatus node) {
        return node.state() == NodeState.UP && isReplica(node);
    }

    private boolean isReplica(NodeStatus node) {
        return node.tags().isEmpty() && !node.name().equals(cluster.primary().name());
    }

    private static List<String> row(NodeStatus node) {
        return List.of(
                node.name(),
                node.role().name().toLowerCase(Locale.ROOT),
                node.state().name().toLowerCase(Locale.ROOT),
                node.lag().map(RouterPanel::millis).orElse("unknown"),
                String.valueOf(node.inFlight()),
                String.valueOf(node.reads()),
                String.valueOf(node.writes()),
                node.zone().orElse(""),
                String.join(", ", new TreeSet<>(node.tags())),
                node.lastFailure().orElse(""));
    }

    private static String millis(Duration lag) {
        return lag.toMillis() + " ms";
    }
}
