package dev.headroom.router.internal;

import dev.headroom.console.ConsolePanel;
import dev.headroom.console.PanelView;
import dev.headroom.console.PanelView.Level;
import dev.headroom.router.NodeState;
import dev.headroom.router.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The router on the console: who takes writes, and how far behind everybody is. */
final class RouterPanel implements ConsolePanel {
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
            view.figure("fresh replicas", fresh + " of " + (nodes.size() - 1), fresh > 0 ? Level.GOOD : Level.WARN);
            view.figure("reads diverted to the primary", sensors.divertedSoFar());
            view.figure("units refused", sensors.refusedSoFar());
            for (Node node : cluster.nodes()) {
                if (node != writable) {
                    view.series("lag " + node.name(), "s", RouterSensors.seconds(cluster.lagNanos(node)));
                }
            }
        }
        return view.table(
                        "Nodes",
                        List.of("node", "role", "state", "lag", "in flight", "reads", "writes", "last failure"),
                        nodes.stream().map(RouterPanel::row).toList())
                .build();
    }

    private boolean isFreshReplica(NodeStatus node) {
        return node.state() == NodeState.UP
                && !node.name().equals(cluster.primary().name());
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
                node.lastFailure().orElse(""));
    }

    private static String millis(Duration lag) {
        return lag.toMillis() + " ms";
    }
}
