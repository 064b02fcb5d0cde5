package dev.headroom.router.internal;

import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.spi.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * The replicas that may answer a read now, and if there is none, why. What is not known counts as late.
 *
 * @param nodes the replicas
 * @param reason why they may, or why there is none
 */
record Eligible(List<Node> nodes, Reason reason) {
    /** Looks at every replica: it answers, follows the primary, is within the limit and has reached the position. */
    static Eligible of(Cluster cluster, long limitNanos, Position required) {
        long now = cluster.now();
        List<Node> nodes = new ArrayList<>(cluster.nodes().size());
        boolean anyUp = false;
        boolean anyFresh = false;
        for (Node node : cluster.nodes()) {
            if (!cluster.usable(node, now)) {
                continue;
            }
            anyUp = true;
            if (node.lagNanos(now, cluster.timeline()) > limitNanos) {
                continue;
            }
            anyFresh = true;
            if (node.position().covers(required)) {
                nodes.add(node);
            }
        }
        return new Eligible(nodes, reason(nodes, anyUp, anyFresh));
    }

    private static Reason reason(List<Node> nodes, boolean anyUp, boolean anyFresh) {
        if (!nodes.isEmpty()) {
            return Reason.READ_ONLY;
        }
        if (anyFresh) {
            return Reason.BEHIND_POSITION;
        }
        return anyUp ? Reason.TOO_STALE : Reason.REPLICAS_DOWN;
    }

    boolean none() {
        return nodes.isEmpty();
    }
}
