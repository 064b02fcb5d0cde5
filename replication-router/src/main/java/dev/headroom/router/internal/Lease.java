package dev.headroom.router.internal;

import dev.headroom.router.RouteDecision;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's connection while a routed connection is bound to it. Used by one thread; only {@link #abort} is called by others. */
final class Lease {
    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private final Cluster cluster;
    private final Node node;
    private final Connection physical;
    private final boolean readOnly;
    private final RouteDecision decision;
    private final @Nullable Runnable permit;
    private boolean autoCommit = true;
    private boolean executed;
    private boolean tainted;
    private boolean discarded;
    private boolean guarded;
    private int openStatements;
    private long checkedAt;

    /**
     * @param permit gives back the permit of a diverted read, null where there is none
     */
    Lease(Cluster cluster, Node node, Connection physical, Grant grant) {
        this.cluster = cluster;
        this.node = node;
        this.physical = physical;
        this.readOnly = grant.readOnly();
        this.decision = grant.decision();
        this.permit = grant.permit();
        node.inFlight().incrementAndGet();
        (readOnly ? node.readUnits() : node.writeUnits()).increment();
        if (cluster.replicated()) {
            node.units().add(this);
        }
    }

    /**
     * On what terms a unit got its connection.
     *
     * @param readOnly whether writes are refused
     * @param decision the decision
     * @param permit gives back the permit of a diverted read, null where there is none
     */
    record Grant(
            boolean readOnly,
            RouteDecision decision,
            @Nullable Runnable permit) {}

    /** Brings the connection into the state that its user wants. */
    void prepare(Session session) throws SQLException {
        autoCommit = physical.getAutoCommit();
        if (readOnly) {
            physical.setReadOnly(true);
        } else if (cluster.replicated() && physical.isReadOnly()) {
            physical.setReadOnly(false); // a pool of a replica's that is the primary's now
        }
        if (readOnly && decision instanceof RouteDecision.ToPrimary to && to.diverted()) {
            if (!autoCommit) {
                physical.setAutoCommit(true);
                autoCommit = true;
            }
            cluster.dialect().refuseWrites(physical, true);
            guarded = true;
        }
        session.replay(physical);
    }

    Node node() {
        return node;
    }

    Connection physical() {
        return physical;
    }

    boolean readOnly() {
        return readOnly;
    }

    RouteDecision decision() {
        return decision;
    }

    /** Whether it stands in for a replica. */
    boolean diverted() {
        return permit != null;
    }

    boolean onReplica() {
        return decision instanceof RouteDecision.ToReplica;
    }

    void autoCommit(boolean mode) throws SQLException {
        if (autoCommit != mode) {
            physical.setAutoCommit(mode);
            autoCommit = mode;
        }
    }

    boolean executed() {
        return executed;
    }

    void executed(boolean any) {
        this.executed = any;
    }

    /** When its staleness was last found good enough. */
    long checkedAt() {
        return checkedAt;
    }

    void checkedAt(long now) {
        checkedAt = now;
    }

    boolean tainted() {
        return tainted;
    }

    void taint() {
        tainted = true;
    }

    /** The pool shall throw it away; unlike a tainted one, it is not kept until then. */
    void discard() {
        discarded = true;
    }

    void opened() {
        openStatements++;
    }

    void closedStatement() {
        openStatements--;
    }

    boolean hasOpenStatements() {
        return openStatements > 0;
    }

    /** Gives the connection back to its pool, or has it thrown away if its session is no longer as the pool lent it. */
    void release() throws SQLException {
        node.units().remove(this);
        node.inFlight().decrementAndGet();
        boolean evicted = false;
        try {
            if (tainted || discarded || !unguarded()) {
                evicted = true;
                cluster.evicted();
                evict();
            }
        } finally {
            if (permit != null) {
                permit.run();
            }
            close(evicted);
        }
    }

    /** What a pool has thrown away may be no longer there to be put in order. */
    private void close(boolean evicted) throws SQLException {
        try {
            physical.close();
        } catch (SQLException | RuntimeException failure) {
            if (!evicted) {
                throw failure;
            }
            log.debug("router: could not give back a connection to {} that was thrown away", node, failure);
        }
    }

    /** Cuts the connection under a statement that would hang, unless it was given back; for other threads. */
    boolean abort(String why) {
        if (!node.units().remove(this)) {
            return false;
        }
        log.warn("router: aborting a unit on {}: {}", node, why);
        abortQuietly();
        return true;
    }

    private boolean unguarded() {
        if (!guarded) {
            return true;
        }
        try {
            if (!autoCommit) {
                physical.rollback();
                autoCommit(true);
            }
            cluster.dialect().refuseWrites(physical, false);
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private void evict() {
        if (node.spec().evict().isPresent()) {
            node.spec().evict().get().accept(physical);
        } else {
            abortQuietly();
        }
    }

    private void abortQuietly() {
        try {
            physical.abort(Runnable::run);
        } catch (SQLException e) {
            log.debug("router: could not abort a connection to {}", node, e);
        }
    }
}
