package dev.headroom.router.internal;

import dev.headroom.RequestContext;
import dev.headroom.debug.DebugLog;
import dev.headroom.router.ReadOnlyViolationException;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.RouteRefusedException;
import dev.headroom.router.RouteScope;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Binds units to nodes, says whether they may stay there, and learns from what becomes of them. */
final class Binder {
    private static final int MOST_ATTEMPTS = 4;

    private final String name;
    private final Cluster cluster;
    private final ReadPath readPath;
    private final WritePath writePath;
    private final Floors floors;
    private final RouterSensors sensors;
    private final StatementKinds kinds = new StatementKinds();

    Binder(String name, Cluster cluster, ReadPath readPath, WritePath writePath, Floors floors, RouterSensors sensors) {
        this.name = name;
        this.cluster = cluster;
        this.readPath = readPath;
        this.writePath = writePath;
        this.floors = floors;
        this.sensors = sensors;
    }

    /** Takes a node's connection for the unit and brings it into the session's state. */
    Lease bind(Unit unit, Session session, boolean autoCommit) throws SQLException {
        Lease lease = take(unit, session, autoCommit);
        try {
            sensors.bound(lease);
            explain(lease);
        } catch (RuntimeException | Error failure) { // of somebody's meters
            release(lease, failure);
            throw failure;
        }
        return lease;
    }

    /** A connection that turns out to be lost costs nothing, since nothing was executed on it; a node dies one connection after another. */
    private Lease take(Unit unit, Session session, boolean autoCommit) throws SQLException {
        SQLException last = null;
        for (int attempt = 1; ; attempt++) {
            try {
                return prepared(find(unit), session, autoCommit);
            } catch (SQLException failure) {
                if (last != null) {
                    failure.addSuppressed(last);
                }
                boolean lost = !(failure instanceof RouteRefusedException) && Failures.lostConnection(failure);
                if (!lost || !cluster.replicated() || attempt == MOST_ATTEMPTS) {
                    throw failure;
                }
                last = failure;
            }
        }
    }

    private Lease find(Unit unit) throws SQLException {
        return cluster.hasReplicasFor(unit) ? readPath.bind(unit) : writePath.bind(unit);
    }

    private Lease prepared(Lease lease, Session session, boolean autoCommit) throws SQLException {
        try {
            lease.prepare(session, autoCommit);
            return lease;
        } catch (SQLException | RuntimeException | Error failure) {
            if (failure instanceof SQLException sql && Failures.lostConnection(sql)) {
                lease.discard();
                cluster.suspect(lease.node(), sql);
            }
            release(lease, failure);
            throw failure;
        }
    }

    private static void release(Lease lease, Throwable failure) {
        try {
            lease.release();
        } catch (SQLException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    private static void explain(Lease lease) {
        Reason reason = lease.reason();
        if (reason == Reason.READ_ONLY
                || reason == Reason.WRITE
                || reason == Reason.NO_REPLICAS
                || reason == Reason.TAG_ASKED) {
            return; // as expected
        }
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            debug.add("db", "bound to " + lease.decision().explanation(), -1, null);
        }
    }

    /** Whether the unit may run on what is bound already. */
    boolean fits(Lease lease, Unit unit) {
        if (lease.readOnly() != unit.readOnly() || (!unit.readOnly() && cluster.refusesWrites())) {
            return false;
        }
        if (!cluster.replicated()) {
            return true;
        }
        if (!cluster.hasReplicasFor(unit)) {
            return !lease.onReplica() && !lease.diverted() && lease.node() == writePath.writer();
        }
        if (lease.onReplica()) {
            return readPath.stillGood(lease, unit);
        }
        return lease.diverted()
                && unit.target() == RouteScope.Target.ANY
                && writePath.takesWrites(lease.node())
                && !readPath.replicaReady(unit);
    }

    /** Refuses a unit that may write while writes are refused, on a connection that it has already, too. */
    void requireTaken(Unit unit) throws SQLException {
        if (!unit.readOnly() && cluster.refusesWrites()) {
            throw writePath.refuse(Reason.WRITES_REFUSED, null);
        }
    }

    /**
     * Whether a statement that was made for the lease may run as this unit. Less strict than {@link #fits}: what stands in for a replica
     * may go on doing so, and the lag was looked at when the statement was made. Waits shortly for a replica to reach the position.
     */
    boolean mayExecute(Lease lease, Unit unit) {
        if (lease.readOnly() != unit.readOnly()) {
            return false;
        }
        if (!cluster.replicated()) {
            return true;
        }
        if (!lease.onReplica()) {
            return writePath.takesWrites(lease.node())
                    && (unit.target() != RouteScope.Target.REPLICA || !cluster.hasReplicasFor(unit));
        }
        return unit.forReplica() && readPath.mayGoOn(lease, unit);
    }

    /**
     * Why a session that was changed, and so can't move, may not run this unit; null if it may. On a replica a read must find what it has to see, and
     * nothing else has any business there. What was the primary's may be behind by now.
     */
    @Nullable String mayNotStay(Lease changed, Unit unit) {
        if (!cluster.replicated()) {
            return null;
        }
        if (!changed.onReplica()) {
            return writePath.takesWrites(changed.node()) ? null : "which no longer takes the writes";
        }
        if (!unit.forReplica()) {
            return "a replica, and this unit is for the primary";
        }
        return readPath.mayGoOn(changed, unit) ? null : "which is too far behind for this read";
    }

    /**
     * The driver's own connection, statement or result is in somebody's hands, who may write with it at any time until the lease is given back.
     * Neither pool nor router know what is done with it.
     */
    void unwrapped(Lease lease) {
        lease.handOut();
        if (!cluster.replicated() || lease.onReplica() || lease.readOnly()) {
            return;
        }
        SessionFloor floor = floors.current();
        lease.untilReleased(() -> floor.unwrapped(1), () -> {
            floors.touchedPrimary(floor, true);
            floors.touchedPrimary(floors.current(), true);
            floor.unwrapped(-1);
        });
    }

    /** Commits; the position goes to the request. */
    void commit(Lease lease) throws SQLException {
        if (lease.cutOff()) {
            throw cutOff(lease);
        }
        if (!cluster.replicated() || lease.readOnly() || !lease.executed()) {
            lease.physical().commit();
        } else {
            ended(lease, cluster.dialect()::commit);
        }
    }

    /** What statements have committed by themselves stays, as DDL does on some databases. */
    private static SQLException cutOff(Lease lease) {
        return new SQLException(lease.node() + ": the unit was cut off before its commit, which was not sent", "08006");
    }

    /** Rolls back; what was committed nevertheless counts as written. */
    void rollback(Lease lease) throws SQLException {
        if (!cluster.replicated() || lease.readOnly() || !lease.executed()) {
            if (lease.executed()) {
                used(lease, false);
            }
            lease.physical().rollback();
        } else {
            ended(lease, cluster.dialect()::rollback);
        }
    }

    /** How a dialect ends a transaction. */
    private interface Ending {
        ReplicationDialect.Commit of(Connection connection) throws SQLException;
    }

    private void ended(Lease lease, Ending ending) throws SQLException {
        ReplicationDialect.Commit told;
        try {
            told = ending.of(lease.physical());
        } catch (SQLException failure) {
            used(lease, true); // it may have taken effect
            throw failure;
        }
        if (told.sequence() == 0) {
            used(lease, told.mayHaveWritten());
            return;
        }
        Position position = new Position(lease.node().position().timeline(), told.sequence());
        if (told.mayHaveWritten()) {
            lease.node().told(position);
            floors.committed(position);
            sensors.minted();
        } else {
            floors.current().saw(position);
        }
    }

    /** The lease's node was read, or perhaps written, without telling its position. */
    void used(Lease lease, boolean mayHaveWritten) {
        if (!cluster.replicated()) {
            return;
        }
        if (!lease.onReplica()) {
            floors.touchedPrimary(floors.current(), mayHaveWritten && !lease.readOnly());
        } else if (RequestContext.active().isPresent()) {
            floors.current().readReplica(lease.node(), cluster.now());
        }
    }

    /** Learns from a failure. @return what to throw */
    SQLException failed(Lease lease, SQLException failure) {
        if (Failures.readOnlyViolation(failure) && lease.refusesWrites()) {
            sensors.violated();
            return new ReadOnlyViolationException(
                    "router " + name + ": a statement that is not read-only, in a read-only unit on " + lease.node()
                            + " (expected: RouteScope.primary(), @UsePrimary or no scope around it, and"
                            + " setReadOnly(false))",
                    failure);
        }
        if (Failures.lostConnection(failure) || Failures.readOnlyViolation(failure)) {
            lease.discard();
            cluster.suspect(lease.node(), failure);
        }
        return failure;
    }

    /** A call around the failed unit may run it again elsewhere. */
    void mayRetry(Lease lease, SQLException failure) {
        if (cluster.replicated()) {
            ReadAttempt.note(lease.node(), failure, sensors);
        }
    }

    /** Before a statement is executed. */
    void begins(Lease lease, String sql) throws SQLException {
        if (cluster.replicated()) {
            StatementKinds.StatementKind kind = kinds.of(sql);
            if (kind.endsTransaction() && lease.cutOff()) {
                throw cutOff(lease);
            }
            if (kind.changesSession()) {
                lease.taint();
            }
            lease.ending(kind.endsTransaction());
        }
    }
}
