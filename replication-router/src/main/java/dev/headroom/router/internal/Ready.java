package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.router.spi.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The common case of a read, on the way of every one: a replica that may answer at once. Makes no garbage and looks at no clock; for all else
 * there is {@link ReadPath}'s search.
 */
final class Ready {
    private final Cluster cluster;
    private final Floors floors;
    private final Choice choice;
    private final Zone zone;
    private final long softNanos;
    private final long timeoutNanos;

    Ready(Cluster cluster, Floors floors, Choice choice, Zone zone) {
        this.cluster = cluster;
        this.floors = floors;
        this.choice = choice;
        this.zone = zone;
        this.softNanos = cluster.options().softLimit().toNanos();
        this.timeoutNanos = cluster.options().probeTimeout().toNanos();
    }

    /** The node; null if there is none, or if more has to be looked at. */
    @Nullable Node node(Unit unit, long now, @Nullable RequestContext context) {
        SessionFloor floor = floors.current(context);
        SessionFloor.ReplicaRead read = floor.replicaReads();
        Position required = floors.requiredNow(floor, context);
        if (required == null || ReadAttempt.avoidsAny()) {
            return null;
        }
        long limit = Unit.READ.equals(unit) ? softNanos : unit.limitNanos(cluster.options());
        if (read != null) {
            return read.next() == null && mayAnswer(read.node(), unit, now, limit, required) ? read.node() : null;
        }
        List<Node> nodes = cluster.nodes();
        if (nodes.size() > Long.SIZE) {
            return null;
        }
        long near = 0;
        long far = 0;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            if (mayAnswer(node, unit, now, limit, required)) {
                if (zone.has(node)) {
                    near |= 1L << i;
                } else {
                    far |= 1L << i;
                }
            }
        }
        long bits = near != 0 ? near : far;
        return bits == 0 ? null : choice.of(nodes, bits);
    }

    /** What {@link Cluster#usable}, the lag and the position say, looking at each thing once. */
    private boolean mayAnswer(Node node, Unit unit, long now, long limit, Position required) {
        return node.serves(unit.tag())
                && !node.drained()
                && node.up(now, timeoutNanos)
                && node.shows(required, cluster.timeline(), now, limit);
    }
}
