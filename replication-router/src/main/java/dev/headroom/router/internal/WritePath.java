package dev.headroom.router.internal;

import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.RouteRefusedException;
import dev.headroom.router.RouteScope;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds the primary for a unit that may write. While there is none, as during a failover, all such units wait for the same piece of news,
 * for a bounded time: none of them asks any server anything. The same time bounds the wait for a connection of the primary's pool, which ends when
 * another node takes the writes. A connection that is lost while it is taken costs nothing, since nothing was executed on it: the unit
 * waits on.
 */
final class WritePath {
    /** Who comes with a deadline that has passed is given what lies ready. */
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final Cluster cluster;
    private final Floors floors;
    private final Acquirer acquirer;
    private final RouterSensors sensors;
    private final String router;

    WritePath(String router, Cluster cluster, Floors floors, Acquirer acquirer, RouterSensors sensors) {
        this.router = router;
        this.cluster = cluster;
        this.floors = floors;
        this.acquirer = acquirer;
        this.sensors = sensors;
    }

    /** The node that takes the writes of the current request and answers; null while there is none. */
    @Nullable Node writer() {
        Node writer = cluster.writer();
        return writer != null && isOfToday(writer) ? writer : null;
    }

    /** Whether the node takes the writes of the current request, as far as the nodes say. */
    boolean takesWrites(Node node) {
        return node == cluster.writable() && isOfToday(node);
    }

    /** Not if the request has been told of a later primary: this one's place may have been taken, though nobody here has seen that. */
    private boolean isOfToday(Node primary) {
        return !cluster.replicated()
                || floors.timelineNow() <= primary.position().timeline();
    }

    /** Binds the unit, or throws {@link RouteRefusedException}. */
    Lease bind(Unit unit) throws SQLException {
        Node primary = writer();
        long begun = System.nanoTime();
        long end = begun + patience();
        boolean waited = primary == null;
        SQLException last = null;
        while (true) {
            if (primary == null) {
                primary = await(end - System.nanoTime());
                if (primary == null) {
                    throw refuse(Reason.NO_PRIMARY, last);
                }
            }
            try {
                Lease lease = take(primary, unit, end - System.nanoTime());
                if (lease != null) {
                    return waited ? waited(lease, begun) : lease;
                }
            } catch (SQLException failure) {
                if (!cluster.replicated() || !(Failures.lostConnection(failure) || cluster.writer() != primary)) {
                    if (last != null && last != failure) {
                        failure.addSuppressed(last);
                    }
                    throw failure;
                }
                if (Failures.lostConnection(failure)) {
                    cluster.suspect(primary, failure);
                }
                last = failure;
            }
            waited = true;
            primary = null;
        }
    }

    private Lease waited(Lease lease, long begun) throws SQLException {
        try {
            sensors.waitedForPrimary(System.nanoTime() - begun);
            return lease;
        } catch (RuntimeException | Error failure) { // of somebody's meters
            lease.release();
            throw failure;
        }
    }

    /** Null if it takes no writes any more. */
    private @Nullable Lease take(Node primary, Unit unit, long nanos) throws SQLException {
        Connection connection = connection(primary, nanos);
        if (connection == null) {
            return null;
        }
        Lease.Grant grant = Lease.Grant.onPrimary(unit.readOnly(), reason(unit), null);
        Lease lease = new Lease(primary, connection, grant, 0);
        if (primary == cluster.writer()) { // asked once more, now that whoever holds writes can see this one
            return lease;
        }
        lease.release();
        return null;
    }

    private @Nullable Connection connection(Node primary, long nanos) throws SQLException {
        try {
            return acquire(primary, nanos);
        } catch (SQLException failure) {
            sensors.notAcquired(primary);
            throw failure;
        }
    }

    private @Nullable Connection acquire(Node primary, long nanos) throws SQLException {
        if (!cluster.replicated() || cluster.options().writing().failoverWait().isZero()) {
            return primary.spec().dataSource().getConnection();
        }
        long most = Math.max(nanos, LEAST_NANOS);
        return acquirer.forWriter(primary, most, () -> cluster.writer() == primary);
    }

    private @Nullable Node await(long nanos) {
        try {
            return nanos <= 0 ? writer() : cluster.awaitWriter(this::writer, nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private long patience() {
        long wait = cluster.options().writing().failoverWait().toNanos();
        Deadline deadline =
                RequestContext.active().flatMap(RequestContext::deadline).orElse(null);
        return deadline == null
                ? wait
                : Math.max(0, Math.min(wait, deadline.remaining().toNanos()));
    }

    RouteRefusedException refuse(Reason reason, @Nullable SQLException cause) {
        sensors.refused(reason);
        RouteDecision refused = new RouteDecision.Refused(reason);
        boolean replaced = reason == Reason.NO_PRIMARY && cluster.writer() != null;
        return new RouteRefusedException(
                "router " + router + ": " + refused.explanation() + " (" + Snapshots.of(cluster)
                        + (replaced ? "; the request was told of a later primary)" : ")"),
                refused,
                cause);
    }

    static Reason reason(Unit unit) {
        if (unit.target() == RouteScope.Target.PRIMARY) {
            return Reason.PRIMARY_ASKED;
        }
        if (!unit.readOnly()) {
            return Reason.WRITE;
        }
        return unit.serializable() ? Reason.SERIALIZABLE : Reason.NO_REPLICAS;
    }
}
