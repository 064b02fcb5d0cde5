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
    /** Looks at every replica that is kept for the unit: it answers, follows the primary, is within the limit and has reached the position. */
    static Eligible of(Cluster cluster, Unit unit, long limitNanos, Position required) {
        long now = cluster.now();
        List<Node> nodes = new ArrayList<>(cluster.nodes().size());
        Reason reason = unit.tag() == null ? Reason.REPLICAS_DOWN : Reason.NO_SUCH_TAG;
        for (Node node : cluster.nodes()) {
            if (node.serves(unit.tag())) {
                Reason own = look(cluster, node, now, limitNanos, required);
                reason = nearer(reason, own);
                if (own == Reason.READ_ONLY) {
                    nodes.add(node);
                }
            }
        }
        return new Eligible(nodes, reason);
    }

    private static Reason look(Cluster cluster, Node node, long now, long limitNanos, Position required) {
        if (!cluster.usable(node, now)) {
            return Reason.REPLICAS_DOWN;
        }
        if (node.lagNanos(now, cluster.timeline()) > limitNanos) {
            return Reason.TOO_STALE;
        }
        if (node.position().covers(required)) {
            return Reason.READ_ONLY;
        }
        return PositionCodec.beyondAll(required) ? Reason.PINNED : Reason.BEHIND_POSITION;
    }

    /** The one that is nearer to an answer. */
    private static Reason nearer(Reason a, Reason b) {
        return NEARER.indexOf(a) >= NEARER.indexOf(b) ? a : b;
    }

    private static final List<Reason> NEARER = List.of(
            Reason.NO_SUCH_TAG,
            Reason.REPLICAS_DOWN,
            Reason.TOO_STALE,
            Reason.BEHIND_POSITION,
            Reason.PINNED,
            Reason.READ_ONLY);

    boolean none() {
        return nodes.isEmpty();
    }
}
