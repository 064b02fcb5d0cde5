package dev.headroom.router.internal;

import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.RouteRefusedException;
import dev.headroom.router.RouteScope;
import dev.headroom.router.spi.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds the node for a read: a replica that is fresh enough; after a short wait the primary, within its budget; a replica within the hard
 * limit; and when the time is up, nobody.
 */
final class ReadPath {
    /** For so long after a look at its lag, a statement is executed without another. */
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Cluster cluster;
    private final RouterOptions.Reading options;
    private final Floors floors;
    private final Acquirer acquirer;
    private final Choice choice;
    private final PrimaryBudget budget;
    private final RouterSensors sensors;
    private final Ready ready;
    private final long acquireNanos;
    private final long maxWaitNanos;

    ReadPath(Cluster cluster, Floors floors, Acquirer acquirer, RouterSensors sensors) {
        this.cluster = cluster;
        this.options = cluster.options().reading();
        this.floors = floors;
        this.acquirer = acquirer;
        this.choice = new Choice(cluster.options().random());
        this.budget = new PrimaryBudget(options.primaryFallback(), options.positionFallback());
        this.sensors = sensors;
        this.ready = new Ready(cluster, floors, choice);
        this.acquireNanos = options.acquireTimeout().toNanos();
        this.maxWaitNanos = options.maxWait().toNanos();
    }

    /** One read's search. */
    private final class Search {
        final Unit unit;
        final long end;
        Reason reason = Reason.REPLICAS_DOWN;

        @Nullable SQLException lastFailure;

        /** Has just failed to give a connection. */
        @Nullable Node tried;

        Search(Unit unit) {
            this.unit = unit;
            this.end = System.nanoTime() + patience(RequestContext.active().orElse(null));
        }

        long left() {
            return end - System.nanoTime();
        }

        long acquireNanos() {
            return Math.max(1, Math.min(acquireNanos, left()));
        }
    }

    /** Binds the read, or throws {@link RouteRefusedException}. */
    Lease bind(Unit unit) throws SQLException {
        long now = cluster.now();
        RequestContext context = RequestContext.active().orElse(null);
        Node node = ready.node(unit, now, context);
        long patience = Math.min(acquireNanos, patience(context));
        if (node == null || patience <= 0) {
            return search(new Search(unit));
        }
        Connection connection;
        try {
            connection = acquire(node, patience);
        } catch (SQLException failure) {
            Search search = new Search(unit);
            search.tried = node;
            search.lastFailure = failure;
            return search(search);
        }
        Lease.Grant grant = Lease.Grant.onReplica(Reason.READ_ONLY, node.lagNanos(now, cluster.timeline()));
        Lease lease = new Lease(cluster, node, connection, grant);
        if (node.drained()) { // asked once more, now that whoever drains can see this one
            Search search = new Search(unit);
            giveBack(search, lease);
            return search(search);
        }
        lease.checkedAt(now);
        return lease;
    }

    private Lease search(Search search) throws SQLException {
        try {
            Lease lease =
                    attempt(search, floors.required(options.waitForReplica().toNanos()), true);
            if (lease != null) {
                return lease;
            }
            if (hopeless(search) || !budget.enterWaiting()) {
                throw refuse(search);
            }
            try {
                return persist(search);
            } finally {
                budget.leaveWaiting();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refuse(search);
        }
    }

    private Lease persist(Search search) throws InterruptedException, RouteRefusedException {
        while (search.left() > 0) {
            cluster.await(() -> false, Math.min(PAUSE_NANOS, search.left()));
            Lease lease = attempt(search, floors.required(PAUSE_NANOS), false);
            if (lease != null) {
                return lease;
            }
            if (hopeless(search)) {
                break;
            }
        }
        throw refuse(search);
    }

    /** Whether a replica that is bound already may answer the next unit as well. */
    boolean stillGood(Lease lease, Unit unit) {
        boolean good = !ReadAttempt.avoids(lease.node())
                && !lease.node().drained()
                && cluster.follows(lease.node())
                && cluster.up(lease.node())
                && cluster.lagNanos(lease.node()) <= limit(lease, unit)
                && covers(lease.node());
        if (good) {
            lease.checkedAt(cluster.now());
        }
        return good;
    }

    /** Whether a statement may be executed on the replica that it was made for; waits shortly until it may. */
    boolean mayGoOn(Lease lease, Unit unit) {
        Node node = lease.node();
        if (cluster.now() - lease.checkedAt() <= RECENT_NANOS && covers(node)) {
            return true;
        }
        try {
            return cluster.refresh(
                    () -> covers(node) && cluster.lagNanos(node) <= limit(lease, unit),
                    options.waitForReplica().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private long limit(Lease lease, Unit unit) {
        boolean stale = lease.reason() == Reason.SERVED_STALE;
        return stale ? unit.hardLimitNanos(cluster.options()) : unit.limitNanos(cluster.options());
    }

    /** Whether the node has reached the request's position, and the request has read no other one since. */
    private boolean covers(Node node) {
        Position required = floors.requiredNow();
        SessionFloor.ReplicaRead read = floors.current().replicaRead();
        return required != null && node.position().covers(required) && (read == null || read.node() == node);
    }

    /** Whether a replica could take over from the primary, which stands in. */
    boolean replicaReady(Unit unit) {
        Position required = floors.requiredNow();
        return required != null
                && !Eligible.of(cluster, unit.limitNanos(cluster.options()), required)
                        .none();
    }

    /** What a read would get now. */
    RouteDecision decide(Unit unit) {
        Position required = floors.requiredNow();
        Eligible fresh = required == null
                ? new Eligible(List.of(), Reason.BEHIND_POSITION)
                : Eligible.of(cluster, unit.limitNanos(cluster.options()), required);
        if (!fresh.none()) {
            return toReplica(choice.of(fresh.nodes()), Reason.READ_ONLY);
        }
        Node primary = cluster.writable();
        if (mayDivert(unit, primary) && primary != null && budget.available(writtenBeyondReplicas())) {
            return new RouteDecision.ToPrimary(primary.name(), true, fresh.reason());
        }
        if (required != null) {
            Eligible stale = Eligible.of(cluster, unit.hardLimitNanos(cluster.options()), required);
            if (!stale.none()) {
                return toReplica(choice.of(stale.nodes()), Reason.SERVED_STALE);
            }
        }
        return new RouteDecision.Refused(fresh.reason());
    }

    private @Nullable Lease attempt(Search search, @Nullable Position required, boolean mayWait)
            throws InterruptedException {
        search.reason = Reason.BEHIND_POSITION;
        if (required != null) {
            Lease lease = onReplica(search, required, mayWait);
            if (lease != null) {
                return lease;
            }
        }
        Lease lease = onPrimary(search);
        if (lease == null && required != null) {
            lease = stale(search, required);
        }
        return lease;
    }

    private @Nullable Lease onReplica(Search search, Position required, boolean mayWait) throws InterruptedException {
        long limit = search.unit.limitNanos(cluster.options());
        Eligible eligible = Eligible.of(cluster, limit, required);
        boolean late = eligible.reason() == Reason.BEHIND_POSITION || eligible.reason() == Reason.TOO_STALE;
        if (late && mayWait && cluster.mayCatchUp(options.waitForReplica().toNanos())) {
            cluster.refresh(
                    () -> !Eligible.of(cluster, limit, required).none(),
                    Math.min(options.waitForReplica().toNanos(), search.left()));
            eligible = Eligible.of(cluster, limit, required);
        }
        search.reason = eligible.reason();
        return eligible.none() ? null : take(search, eligible.nodes(), Reason.READ_ONLY, limit);
    }

    private @Nullable Lease stale(Search search, Position required) throws InterruptedException {
        long hard = search.unit.hardLimitNanos(cluster.options());
        if (search.reason != Reason.TOO_STALE && search.reason != Reason.BEHIND_POSITION) {
            return null;
        }
        Eligible eligible = Eligible.of(cluster, hard, required);
        return eligible.none() ? null : take(search, eligible.nodes(), Reason.SERVED_STALE, hard);
    }

    /** Tries the nodes, the request's own last one first, until one gives a connection. */
    private @Nullable Lease take(Search search, List<Node> eligible, Reason reason, long limit)
            throws InterruptedException {
        List<Node> left = new ArrayList<>(eligible);
        if (search.tried != null && left.remove(search.tried)) {
            search.reason = busyOrDown(search.tried);
            search.tried = null;
        }
        if (left.removeIf(ReadAttempt::avoids) && left.isEmpty()) {
            search.reason = Reason.REPLICAS_DOWN;
        }
        SessionFloor floor = floors.current();
        SessionFloor.ReplicaRead read = floor.replicaRead();
        while (!left.isEmpty() && search.left() > 0) {
            boolean again = read != null && left.contains(read.node());
            if (read != null && !again) {
                if (!floors.leave(floor, read, options.waitForReplica().toNanos())) {
                    search.reason = Reason.BEHIND_POSITION;
                    return null;
                }
                read = null;
                left.retainAll(Eligible.of(cluster, limit, floor.required()).nodes());
                if (left.isEmpty()) {
                    search.reason = Reason.BEHIND_POSITION;
                    return null;
                }
            }
            Node node = again && read != null ? read.node() : choice.of(left);
            long now = cluster.now();
            long lag = node.lagNanos(now, cluster.timeline());
            Connection connection = acquire(search, node);
            if (connection != null) {
                Lease lease = new Lease(cluster, node, connection, Lease.Grant.onReplica(reason, lag));
                lease.checkedAt(now);
                if (!node.drained()) { // asked once more, now that whoever drains can see this one
                    return lease;
                }
                giveBack(search, lease);
            }
            left.remove(node);
            search.reason = busyOrDown(node);
        }
        return null;
    }

    private Reason busyOrDown(Node node) {
        return cluster.up(node) ? Reason.REPLICAS_BUSY : Reason.REPLICAS_DOWN;
    }

    private static void giveBack(Search search, Lease lease) {
        try {
            lease.release();
        } catch (SQLException failure) {
            search.lastFailure = failure;
        }
    }

    private @Nullable Lease onPrimary(Search search) throws InterruptedException {
        Node primary = cluster.writable();
        if (primary == null || !mayDivert(search.unit, primary)) {
            return null;
        }
        Runnable permit = budget.take(writtenBeyondReplicas());
        if (permit == null) {
            return null;
        }
        Connection connection = acquire(search, primary);
        if (connection == null) {
            permit.run();
            return null;
        }
        sensors.diverted(search.reason);
        return new Lease(cluster, primary, connection, Lease.Grant.onPrimary(true, search.reason, permit));
    }

    /** Whether the client has written what no replica that answers has reached; that it has merely seen it gives no right to a permit. */
    private boolean writtenBeyondReplicas() {
        Position required = floors.writtenNow();
        if (required == null) {
            return true;
        }
        if (required.isNone()) {
            return false;
        }
        for (Node node : cluster.nodes()) {
            if (cluster.follows(node) && cluster.up(node) && node.position().covers(required)) {
                return false;
            }
        }
        return true;
    }

    private boolean mayDivert(Unit unit, @Nullable Node primary) {
        return primary != null
                && unit.target() == RouteScope.Target.ANY
                && cluster.up(primary)
                && !ReadAttempt.avoids(primary);
    }

    private @Nullable Connection acquire(Search search, Node node) {
        try {
            return acquire(node, search.acquireNanos());
        } catch (SQLException failure) {
            search.lastFailure = failure;
            return null;
        }
    }

    private Connection acquire(Node node, long nanos) throws SQLException {
        long began = sensors.begin();
        try {
            Connection connection = acquirer.within(node, nanos);
            sensors.acquired(node, began);
            return connection;
        } catch (SQLException failure) {
            sensors.notAcquired(node);
            if (Failures.lostConnection(failure)) {
                cluster.suspect(node, failure);
            }
            throw failure;
        }
    }

    private RouteDecision toReplica(Node node, Reason reason) {
        return new RouteDecision.ToReplica(node.name(), Duration.ofNanos(cluster.lagNanos(node)), reason);
    }

    /** Whether waiting on can't help: nobody may answer who is not dead. */
    private boolean hopeless(Search search) {
        boolean noPrimary = !mayDivert(search.unit, cluster.writable()) || budget.none();
        return noPrimary && (search.reason == Reason.REPLICAS_DOWN || search.reason == Reason.TOO_STALE);
    }

    private RouteRefusedException refuse(Search search) {
        sensors.refused(search.reason);
        RouteDecision decision = new RouteDecision.Refused(search.reason);
        return new RouteRefusedException(
                "router: a read was " + decision.explanation() + " (" + Snapshots.of(cluster)
                        + ", permits for the primary=" + budget + ")",
                decision,
                search.lastFailure);
    }

    private long patience(@Nullable RequestContext context) {
        Deadline deadline = context == null ? null : context.deadline().orElse(null);
        return deadline == null
                ? maxWaitNanos
                : Math.max(0, Math.min(maxWaitNanos, deadline.remaining().toNanos()));
    }
}
