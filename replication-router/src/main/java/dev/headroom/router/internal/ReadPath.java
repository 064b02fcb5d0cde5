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
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Where reads go: in the common case to a replica that is {@link Ready}, without more ado; otherwise there is a {@link ReadSearch}. Says, too,
 * whether what is bound to a replica may go on there.
 */
final class ReadPath {
    /** For so long after a look at its lag, a statement is executed without another, unless it says itself how stale it may be. */
    private static final long RECENT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Cluster cluster;
    private final RouterOptions.Reading options;
    private final Floors floors;
    private final Acquirer acquirer;
    private final Choice choice;
    private final PrimaryBudget budget;
    private final RouterSensors sensors;
    private final Zone zone;
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
        this.zone = new Zone(options.zone());
        this.ready = new Ready(cluster, floors, choice, zone);
        this.acquireNanos = options.acquireTimeout().toNanos();
        this.maxWaitNanos = options.maxWait().toNanos();
    }

    Cluster cluster() {
        return cluster;
    }

    Floors floors() {
        return floors;
    }

    Choice choice() {
        return choice;
    }

    Zone zone() {
        return zone;
    }

    PrimaryBudget budget() {
        return budget;
    }

    RouterSensors sensors() {
        return sensors;
    }

    /** Binds the read, or throws {@link RouteRefusedException}. */
    Lease bind(Unit unit) throws SQLException {
        long now = cluster.now();
        RequestContext context = RequestContext.active().orElse(null);
        Node node = ready.node(unit, now, context);
        long patience = patience(context);
        long acquire = Math.min(acquireNanos, patience);
        if (node == null || acquire <= 0) {
            return new ReadSearch(this, unit, patience).run();
        }
        Connection connection;
        try {
            connection = acquire(node, acquire, now);
        } catch (SQLException failure) {
            return new ReadSearch(this, unit, patience).after(node, failure).run();
        }
        Lease.Grant grant = Lease.Grant.onReplica(zone.reason(node, unit));
        Lease lease = new Lease(node, connection, grant, node.lagNanos(now, cluster.timeline()));
        lease.checked(now, lease.lagNanos());
        if (mustNotBeLent(lease, unit)) {
            ReadSearch search = new ReadSearch(this, unit, patience);
            search.giveBack(lease);
            return search.run();
        }
        return lease;
    }

    /**
     * Asks once more, now that there is a connection and whoever drains nodes can see the lease: whether the node was drained meanwhile, and
     * whether waiting for the pool has made it too stale for a unit that says itself how stale it may be.
     */
    boolean mustNotBeLent(Lease lease, Unit unit) {
        if (lease.node().drained()) {
            return true;
        }
        if (unit.maxStaleness() == null) {
            return false;
        }
        long now = cluster.now();
        lease.checked(now, lease.node().lagNanos(now, cluster.timeline()));
        return lease.lagNanos() > limit(lease, unit);
    }

    /** Whether a replica that is bound already may answer the next unit as well. */
    boolean stillGood(Lease lease, Unit unit) {
        Node node = lease.node();
        long now = cluster.now();
        long lag = node.lagNanos(now, cluster.timeline());
        boolean good = !ReadAttempt.avoids(node)
                && node.serves(unit.tag())
                && cluster.usable(node, now)
                && lag <= limit(lease, unit)
                && covers(node);
        if (good) {
            lease.checked(now, lag);
        }
        return good;
    }

    /** Whether the node has reached the request's position, and the request has read no other one since. */
    private boolean covers(Node node) {
        Position required = floors.requiredNow();
        SessionFloor.ReplicaRead reads = floors.current().replicaReads();
        return required != null && node.position().covers(required) && (reads == null || !reads.elsewhere(node));
    }

    /**
     * Whether a statement may be executed on the replica that it was made for; waits shortly until it may. What this thread has read on other
     * replicas must show there; what other threads of the request read meanwhile was not before it.
     */
    boolean mayGoOn(Lease lease, Unit unit) {
        Node node = lease.node();
        if (!node.serves(unit.tag())) {
            return false;
        }
        SessionFloor floor = floors.current();
        SessionFloor.ReplicaRead all = floor.replicaReads();
        SessionFloor.ReplicaRead own = all == null || !all.elsewhere(node)
                ? null
                : all.by(Thread.currentThread().getId());
        boolean elsewhere = own != null && own.elsewhere(node);
        Position known = elsewhere ? null : floors.requiredNow();
        if (known != null && node.position().covers(known) && lookedAtRecently(lease, unit)) {
            return true;
        }
        try {
            long wait = options.waitForReplica().toNanos();
            Position required = floors.leave(floor, own, node, wait) ? floors.required(wait) : null;
            return required != null
                    && cluster.refresh(
                            () -> node.position().covers(required) && cluster.lagNanos(node) <= limit(lease, unit),
                            wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether its staleness need not be looked at again; that of a unit which says itself how stale it may be has grown by the time since. */
    private boolean lookedAtRecently(Lease lease, Unit unit) {
        long since = cluster.now() - lease.checkedAt();
        return since <= RECENT_NANOS && (unit.maxStaleness() == null || lease.lagNanos() <= limit(lease, unit) - since);
    }

    private long limit(Lease lease, Unit unit) {
        boolean stale = lease.reason() == Reason.SERVED_STALE;
        return stale ? unit.hardLimitNanos(cluster.options()) : unit.limitNanos(cluster.options());
    }

    /** Whether a replica could take over from the primary, which stands in. */
    boolean replicaReady(Unit unit) {
        Position required = floors.requiredNow();
        return required != null
                && !Eligible.of(cluster, unit, unit.limitNanos(cluster.options()), required)
                        .none();
    }

    /** What a read would get now. */
    RouteDecision decide(Unit unit) {
        Position required = floors.requiredNow();
        Eligible fresh = required == null
                ? new Eligible(List.of(), Reason.BEHIND_POSITION)
                : Eligible.of(cluster, unit, unit.limitNanos(cluster.options()), required);
        if (!fresh.none()) {
            Node node = choice.of(zone.preferred(fresh.nodes()));
            return toReplica(node, zone.reason(node, unit));
        }
        Node primary = cluster.writable();
        if (mayDivert(unit, primary) && primary != null && budget.available(writtenBeyondReplicas(unit))) {
            return new RouteDecision.ToPrimary(primary.name(), true, fresh.reason());
        }
        if (required != null) {
            Eligible stale = Eligible.of(cluster, unit, unit.hardLimitNanos(cluster.options()), required);
            if (!stale.none()) {
                return toReplica(choice.of(zone.preferred(stale.nodes())), Reason.SERVED_STALE);
            }
        }
        return new RouteDecision.Refused(fresh.reason());
    }

    private RouteDecision toReplica(Node node, Reason reason) {
        return new RouteDecision.ToReplica(node.name(), Duration.ofNanos(cluster.lagNanos(node)), reason);
    }

    /** Whether the client has written what no replica that answers has reached; that it has merely seen it gives no right to a permit. */
    boolean writtenBeyondReplicas(Unit unit) {
        Position required = floors.writtenNow();
        if (required == null) {
            return true;
        }
        if (required.isNone()) {
            return false;
        }
        for (Node node : cluster.nodes()) {
            if (node.serves(unit.tag())
                    && cluster.follows(node)
                    && cluster.up(node)
                    && node.position().covers(required)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the primary may answer in place of a replica: not if the request has been told of a later one. */
    boolean mayDivert(Unit unit, @Nullable Node primary) {
        return primary != null
                && unit.target() == RouteScope.Target.ANY
                && cluster.up(primary)
                && !ReadAttempt.avoids(primary)
                && floors.timelineNow() <= primary.position().timeline();
    }

    /** A connection of the node's pool within the time from now on. */
    Connection acquire(Node node, long nanos, long now) throws SQLException {
        Connection connection;
        try {
            connection = acquirer.within(node, nanos, now);
        } catch (SQLException failure) {
            sensors.notAcquired(node);
            if (Failures.lostConnection(failure)) {
                cluster.suspect(node, failure);
            }
            throw failure;
        }
        try {
            sensors.acquired(node, now, cluster.options().ticker());
            return connection;
        } catch (RuntimeException | Error failure) { // of somebody's meters
            try {
                connection.close();
            } catch (SQLException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
    }

    long acquireNanos() {
        return acquireNanos;
    }

    private long patience(@Nullable RequestContext context) {
        Deadline deadline = context == null ? null : context.deadline().orElse(null);
        return deadline == null
                ? maxWaitNanos
                : Math.max(0, Math.min(maxWaitNanos, deadline.remaining().toNanos()));
    }
}
