package dev.headroom.router.internal;

import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.RouteRefusedException;
import dev.headroom.router.RouteScope;
import dev.headroom.router.spi.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One read's search for a node: a replica that is fresh enough; after a short wait the primary, within its budget; a replica within the hard
 * limit; and when the time is up, nobody.
 */
final class ReadSearch {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final ReadPath path;
    private final Cluster cluster;
    private final Floors floors;
    private final Unit unit;
    private final long waitNanos;
    private final long end;
    private Reason reason = Reason.REPLICAS_DOWN;

    private @Nullable SQLException lastFailure;

    /** Has just failed to give a connection. */
    private @Nullable Node tried;

    /** @param patience how long it may take, in nanoseconds */
    ReadSearch(ReadPath path, Unit unit, long patience) {
        this.path = path;
        this.cluster = path.cluster();
        this.floors = path.floors();
        this.unit = unit;
        this.waitNanos = cluster.options().reading().waitForReplica().toNanos();
        this.end = System.nanoTime() + patience;
    }

    /** The node was tried already, and gave no connection. */
    ReadSearch after(Node node, SQLException failure) {
        tried = node;
        lastFailure = failure;
        return this;
    }

    /** The node's connection, or throws {@link RouteRefusedException}. */
    Lease run() throws RouteRefusedException {
        try {
            Lease lease = attempt(floors.required(waitNanos), true);
            if (lease != null) {
                return lease;
            }
            if (hopeless() || !path.budget().enterWaiting()) {
                throw refuse();
            }
            try {
                return persist();
            } finally {
                path.budget().leaveWaiting();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refuse();
        }
    }

    private Lease persist() throws InterruptedException, RouteRefusedException {
        while (left() > 0) {
            cluster.await(() -> false, Math.min(PAUSE_NANOS, left()));
            Lease lease = attempt(floors.required(PAUSE_NANOS), false);
            if (lease != null) {
                return lease;
            }
            if (hopeless()) {
                break;
            }
        }
        throw refuse();
    }

    private long left() {
        return end - System.nanoTime();
    }

    private @Nullable Lease attempt(@Nullable Position required, boolean mayWait) throws InterruptedException {
        reason = Reason.BEHIND_POSITION;
        if (required != null) {
            Lease lease = onReplica(required, mayWait);
            if (lease != null) {
                return lease;
            }
        }
        Lease lease = onPrimary();
        if (lease == null && required != null) {
            lease = stale(required);
        }
        return lease;
    }

    private @Nullable Lease onReplica(Position required, boolean mayWait) throws InterruptedException {
        long limit = unit.limitNanos(cluster.options());
        Eligible eligible = Eligible.of(cluster, unit, limit, required);
        boolean late = eligible.reason() == Reason.BEHIND_POSITION || eligible.reason() == Reason.TOO_STALE;
        if (late && mayWait && cluster.mayCatchUp(unit, waitNanos)) {
            cluster.refresh(() -> !Eligible.of(cluster, unit, limit, required).none(), Math.min(waitNanos, left()));
            eligible = Eligible.of(cluster, unit, limit, required);
        }
        reason = eligible.reason();
        return eligible.none() ? null : take(eligible.nodes(), false, limit);
    }

    private @Nullable Lease stale(Position required) throws InterruptedException {
        long hard = unit.hardLimitNanos(cluster.options());
        if (reason != Reason.TOO_STALE && reason != Reason.BEHIND_POSITION) {
            return null;
        }
        Eligible eligible = Eligible.of(cluster, unit, hard, required);
        return eligible.none() ? null : take(eligible.nodes(), true, hard);
    }

    /** Tries the nodes, the request's own last one first, until one gives a connection. */
    private @Nullable Lease take(List<Node> eligible, boolean stale, long limit) throws InterruptedException {
        List<Node> left = new ArrayList<>(eligible);
        if (tried != null && left.remove(tried)) {
            reason = busyOrDown(tried);
            tried = null;
        }
        if (left.removeIf(ReadAttempt::avoids) && left.isEmpty()) {
            reason = Reason.REPLICAS_DOWN;
        }
        SessionFloor floor = floors.current();
        SessionFloor.ReplicaRead reads = floor.replicaReads();
        while (!left.isEmpty() && left() > 0) {
            Node last = reads == null ? null : reads.lastOf(left);
            if (reads != null && reads.elsewhere(last)) {
                reason = Reason.BEHIND_POSITION;
                if (!floors.leave(floor, reads, last, waitNanos)) {
                    return null;
                }
                reads = reads.only(last);
                left.retainAll(
                        Eligible.of(cluster, unit, limit, floor.required()).nodes());
                continue;
            }
            Node node = last != null ? last : path.choice().of(path.zone().preferred(left));
            Lease lease = take(node, stale);
            if (lease != null) {
                return lease;
            }
            left.remove(node);
        }
        return null;
    }

    private @Nullable Lease take(Node node, boolean stale) {
        long now = cluster.now();
        long lag = node.lagNanos(now, cluster.timeline());
        Connection connection = acquire(node);
        if (connection == null) {
            reason = busyOrDown(node);
            return null;
        }
        Reason why = stale ? Reason.SERVED_STALE : path.zone().reason(node, unit);
        Lease lease = new Lease(node, connection, Lease.Grant.onReplica(why), lag);
        lease.checked(now, lag);
        if (path.mustNotBeLent(lease, unit)) {
            giveBack(lease);
            reason = node.drained() ? busyOrDown(node) : Reason.TOO_STALE;
            return null;
        }
        return lease;
    }

    private Reason busyOrDown(Node node) {
        return cluster.up(node) ? Reason.REPLICAS_BUSY : Reason.REPLICAS_DOWN;
    }

    void giveBack(Lease lease) {
        try {
            lease.release();
        } catch (SQLException failure) {
            lastFailure = failure;
        }
    }

    private @Nullable Lease onPrimary() {
        Node primary = cluster.writable();
        if (primary == null || !path.mayDivert(unit, primary)) {
            return null;
        }
        Runnable permit = path.budget().take(path.writtenBeyondReplicas(unit));
        if (permit == null) {
            return null;
        }
        Connection connection = null;
        try {
            connection = acquire(primary);
        } finally { // whatever pool or driver throw
            if (connection == null) {
                permit.run();
            }
        }
        if (connection == null) {
            return null;
        }
        Lease lease = new Lease(primary, connection, Lease.Grant.onPrimary(true, reason, permit), 0);
        if (cluster.writable() != primary) { // asked once more, now that whoever deposes it can see this one
            giveBack(lease);
            return null;
        }
        try {
            path.sensors().diverted(reason);
        } catch (RuntimeException | Error failure) { // of somebody's meters
            giveBack(lease);
            throw failure;
        }
        return lease;
    }

    private @Nullable Connection acquire(Node node) {
        try {
            return path.acquire(node, Math.max(1, Math.min(path.acquireNanos(), left())), cluster.now());
        } catch (SQLException failure) {
            lastFailure = failure;
            return null;
        }
    }

    /** Whether waiting on can't help: nobody may answer who is not dead. */
    private boolean hopeless() {
        boolean never = unit.target() != RouteScope.Target.ANY || path.budget().none();
        if (reason == Reason.PINNED) {
            return never;
        }
        return (never || !path.mayDivert(unit, cluster.writable()))
                && (reason == Reason.REPLICAS_DOWN || reason == Reason.TOO_STALE || reason == Reason.NO_SUCH_TAG);
    }

    private RouteRefusedException refuse() {
        path.sensors().refused(reason);
        RouteDecision decision = new RouteDecision.Refused(reason);
        return new RouteRefusedException(
                "router: a read was " + decision.explanation() + " (" + Snapshots.of(cluster)
                        + ", permits for the primary=" + path.budget() + ")",
                decision,
                lastFailure);
    }
}
