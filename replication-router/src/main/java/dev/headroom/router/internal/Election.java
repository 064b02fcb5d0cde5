package dev.headroom.router.internal;

import dev.headroom.router.NodeRole;
import dev.headroom.router.spi.ReplicationDialect;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Says which of the nodes that say they take writes is the one: that on the latest timeline. Not thread-safe. */
final class Election {
    private final ReplicationDialect dialect;
    private final Predicate<Node> up;
    private long latestTimeline;

    /** @param up whether a node answers */
    Election(ReplicationDialect dialect, Predicate<Node> up) {
        this.dialect = dialect;
        this.up = up;
    }

    /** The one, null when none says so. */
    @Nullable Node best(List<Node> nodes, Node primary) {
        Node best = null;
        for (Node node : nodes) {
            if (electable(node) && (best == null || before(node, best, primary))) {
                best = node;
            }
        }
        if (best != null) {
            latestTimeline = best.position().timeline();
        }
        return best;
    }

    /** A deposed node on a later timeline was a replica meanwhile, even if no probe met it as one. */
    private boolean electable(Node node) {
        long timeline = node.position().timeline();
        boolean rival = dialect.rivals(timeline, latestTimeline);
        return node.role() == NodeRole.PRIMARY
                && up.test(node)
                && (node.deposed() ? timeline > latestTimeline && !rival : timeline >= latestTimeline || rival);
    }

    private boolean before(Node a, Node b, Node primary) {
        long ofA = a.position().timeline();
        long ofB = b.position().timeline();
        if (ofA == ofB) {
            return a == primary;
        }
        if (!dialect.rivals(ofA, ofB)) {
            return ofA > ofB;
        }
        if (a.promotedAfter(b) || b.promotedAfter(a)) {
            return a.promotedAfter(b);
        }
        int written = Long.compare(a.position().sequence(), b.position().sequence());
        return written != 0 ? written > 0 : ofA > ofB;
    }
}
