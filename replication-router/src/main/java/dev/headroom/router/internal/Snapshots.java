package dev.headroom.router.internal;

import dev.headroom.router.NodeStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is known of the nodes now: as records, and in one line for exceptions. */
final class Snapshots {
    private Snapshots() {}

    static List<NodeStatus> nodes(Cluster cluster) {
        return cluster.nodes().stream().map(node -> status(cluster, node)).toList();
    }

    private static NodeStatus status(Cluster cluster, Node node) {
        return new NodeStatus(
                node.name(),
                node.role(),
                cluster.state(node),
                lag(cluster, node),
                node.units().inFlight(),
                node.units().reads(),
                node.units().writes(),
                node.spec().zone(),
                node.spec().tags(),
                Optional.ofNullable(node.lastFailure()));
    }

    private static Optional<Duration> lag(Cluster cluster, Node node) {
        long nanos = cluster.lagNanos(node);
        return nanos == Long.MAX_VALUE ? Optional.empty() : Optional.of(Duration.ofNanos(nanos));
    }

    /** {@code p=PRIMARY/UP lag=0 ms in-flight=3, r1=…}. */
    static String of(Cluster cluster) {
        return nodes(cluster).stream()
                .map(node -> node.name() + "=" + node.role() + "/" + node.state() + " lag="
                        + node.lag().map(lag -> lag.toMillis() + " ms").orElse("unknown") + " in-flight="
                        + node.inFlight()
                        + node.lastFailure()
                                .map(text -> " last failure: " + text)
                                .orElse(""))
                .collect(Collectors.joining(", "));
    }
}
