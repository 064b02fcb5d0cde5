package dev.headroom.router.internal;

import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.internal.jdbc.StatementOwner;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's connection while a routed connection is bound to it; whom the statements on it ask. Used by one thread; only {@link #abort} is called by
 * others.
 */
final class Lease implements StatementOwner {
    private static final Logger log = LoggerFactory.getLogger(Lease.class);

    private static final long NANOS_IN_MILLI = 1_000_000;

    // What has become of it; one is made for every unit, so it is kept small.
    private static final int EXECUTED = 1;
    private static final int TAINTED = 1 << 1;
    private static final int DISCARDED = 1 << 2;
    private static final int GUARDED = 1 << 3;
    private static final int REFUSING = 1 << 4;
    private static final int ENDING = 1 << 5;
    private static final int HANDED_OUT = 1 << 6;

    // Who ends its transactions; if neither, that is as the pool has it.
    private static final int AUTO_COMMIT = 1 << 7;
    private static final int TRANSACTIONS = 1 << 8;

    private static final int TOUCHED = 1 << 9;

    /** It was lent for writing. */
    private static final int MADE_READ_ONLY = 1 << 10;

    /** A lag that is not known. */
    private static final int UNKNOWN = Integer.MAX_VALUE;

    private final Node node;
    private final Connection physical;
    private final short slot;
    private Grant grant;
    private short state;
    private int lagMillis;
    private int openStatements;
    private long checkedAt;
    private @Nullable Binding binding;

    /** @param lagNanos how far a replica was behind at most */
    Lease(Node node, Connection physical, Grant grant, long lagNanos) {
        this.node = node;
        this.physical = physical;
        this.grant = grant;
        this.lagMillis = millis(lagNanos);
        node.units().began(grant.readOnly());
        this.slot = (short) (node.cluster().replicated() ? node.units().put(this) : Units.UNLISTED);
    }

    /** Rounded up, as it is an upper bound. */
    private static int millis(long nanos) {
        return (int) Math.min(UNKNOWN, nanos / NANOS_IN_MILLI + (nanos % NANOS_IN_MILLI == 0 ? 0 : 1));
    }

    private boolean is(int what) {
        return (state & what) != 0;
    }

    private void set(int what, boolean on) {
        state = (short) (on ? state | what : state & ~what);
    }

    private Cluster cluster() {
        return node.cluster();
    }

    /**
     * On what terms a unit got its connection.
     *
     * @param readOnly whether writes are refused
     * @param onReplica whether a replica answers
     * @param reason why here
     * @param permit gives back the permit of a diverted read, null where there is none
     * @param atRelease what is run when the connection is given back, null for nothing
     */
    record Grant(
            boolean readOnly,
            boolean onReplica,
            Reason reason,
            @Nullable Runnable permit,
            @Nullable Runnable atRelease) {
        private static final Map<Reason, Grant> ON_REPLICA = new EnumMap<>(Reason.class);

        static {
            for (Reason reason : Reason.values()) {
                ON_REPLICA.put(reason, new Grant(true, true, reason, null, null));
            }
        }

        static Grant onReplica(Reason reason) {
            return Objects.requireNonNull(ON_REPLICA.get(reason));
        }

        static Grant onPrimary(boolean readOnly, Reason reason, @Nullable Runnable permit) {
            return new Grant(readOnly, false, reason, permit, null);
        }
    }

    /** The routed connection that has it. */
    void boundBy(Binding owner) {
        binding = owner;
    }

    private Binding binding() {
        return Objects.requireNonNull(binding);
    }

    // What its statements ask.

    @Override
    public Connection connection() {
        return binding().connection();
    }

    @Override
    public long begin(String sql) throws SQLException {
        return binding().begin(this, sql);
    }

    @Override
    public @Nullable SQLException end(String sql, long startedAt, @Nullable SQLException failure) {
        return binding().end(this, sql, startedAt, failure);
    }

    @Override
    public void unwrapped() {
        binding().unwrapped(this);
    }

    @Override
    public void closed() {
        openStatements--;
        binding().closed(this);
    }

    /** One statement more. @return whom it asks */
    StatementOwner opened() {
        openStatements++;
        return this;
    }

    /** Brings the connection into the state that its user wants. */
    void prepare(Session session, boolean autoCommit) throws SQLException {
        if (readOnly()) {
            set(MADE_READ_ONLY, cluster().replicated() && !physical.isReadOnly());
            physical.setReadOnly(true);
        } else if (cluster().replicated() && physical.isReadOnly()) {
            physical.setReadOnly(false); // a pool of a replica's that is the primary's now
        }
        if (readOnly() && !onReplica() && cluster().replicated()) {
            autoCommit(true);
            cluster().dialect().refuseWrites(physical, true);
            set(GUARDED, true);
        }
        session.replay(physical);
        autoCommit(autoCommit);
    }

    /** Has what is kept for units of both kinds refuse writes for one that only reads, and take them again for the next that may write. */
    void refuseWrites(boolean refuse) throws SQLException {
        if (readOnly() || is(REFUSING) == refuse || !cluster().replicated()) {
            return;
        }
        physical.setReadOnly(refuse); // refused by some drivers if a transaction was begun behind our back
        autoCommit(true);
        cluster().dialect().refuseWrites(physical, refuse);
        set(REFUSING, refuse);
    }

    /** Whether a write would be refused now. */
    boolean refusesWrites() {
        return readOnly() || is(REFUSING);
    }

    Node node() {
        return node;
    }

    Connection physical() {
        return physical;
    }

    boolean readOnly() {
        return grant.readOnly();
    }

    Reason reason() {
        return grant.reason();
    }

    RouteDecision decision() {
        return onReplica()
                ? new RouteDecision.ToReplica(node.name(), lag(), reason())
                : new RouteDecision.ToPrimary(node.name(), diverted(), reason());
    }

    private Duration lag() {
        return lagMillis == UNKNOWN ? RouteDecision.ToReplica.UNKNOWN : Duration.ofMillis(lagMillis);
    }

    /** Whether it stands in for a replica. */
    boolean diverted() {
        return grant.permit() != null;
    }

    boolean onReplica() {
        return grant.onReplica();
    }

    /** Pools lend in a mode of their own; who begins a transaction says so in any case. */
    void autoCommit(boolean on) throws SQLException {
        if (!is(on ? AUTO_COMMIT : TRANSACTIONS)) {
            boolean asLent = !is(AUTO_COMMIT | TRANSACTIONS);
            if (!on || !asLent || !physical.getAutoCommit()) {
                physical.setAutoCommit(on);
            }
            set(AUTO_COMMIT, on);
            set(TRANSACTIONS, !on);
        }
    }

    boolean executed() {
        return is(EXECUTED);
    }

    void executed(boolean any) {
        set(EXECUTED, any);
        if (any) {
            set(TOUCHED, true);
        }
    }

    /** Whether anything was ever executed on it, in whatever transaction. */
    boolean touched() {
        return is(TOUCHED);
    }

    /** Whether the statement that is executed may end the transaction by itself. */
    boolean ending() {
        return is(ENDING);
    }

    void ending(boolean mayEnd) {
        set(ENDING, mayEnd);
    }

    /** When its staleness was last found good enough. */
    long checkedAt() {
        return checkedAt;
    }

    /** How far it was behind then, at most. */
    long lagNanos() {
        return lagMillis == UNKNOWN ? Long.MAX_VALUE : lagMillis * NANOS_IN_MILLI;
    }

    /** Its staleness was found good enough. */
    void checked(long now, long lag) {
        checkedAt = now;
        lagMillis = millis(lag);
    }

    boolean tainted() {
        return is(TAINTED);
    }

    void taint() {
        set(TAINTED, true);
    }

    /** Whether the driver's own connection, or something of it, is in somebody's hands, who may do anything with it. */
    boolean handedOut() {
        return is(HANDED_OUT);
    }

    /** Hands it out, for good. */
    void handOut() {
        set(HANDED_OUT | TAINTED | EXECUTED | TOUCHED, true);
    }

    /** What is run once, at the first call, and when the lease is given back. */
    void untilReleased(Runnable first, Runnable atRelease) {
        if (grant.atRelease() == null) {
            grant = new Grant(grant.readOnly(), grant.onReplica(), grant.reason(), grant.permit(), atRelease);
            first.run();
        }
    }

    /** The pool shall throw it away; unlike a tainted one, it is not kept until then. */
    void discard() {
        set(DISCARDED, true);
    }

    boolean hasOpenStatements() {
        return openStatements > 0;
    }

    /**
     * Gives the connection back to its pool, or has it thrown away if its session is no longer as the pool lent it. What asks the server for that
     * comes first: as long as the unit is listed, it is cut off if there is no answer. Whatever the driver throws meanwhile, everything is given back.
     */
    void release() throws SQLException {
        boolean good = false;
        try {
            good = !is(TAINTED | DISCARDED) && unguarded() && asLent();
        } finally {
            giveBack(good);
        }
    }

    private void giveBack(boolean good) throws SQLException {
        boolean cut = node.units().end(this, slot);
        Runnable atRelease = grant.atRelease();
        if (atRelease != null) {
            atRelease.run();
        }
        boolean evicted = cut || !good;
        try {
            if (evicted) {
                cluster().evicted();
                evict();
            }
        } finally {
            Runnable permit = grant.permit();
            if (permit != null) {
                permit.run();
            }
            close(evicted);
        }
    }

    /**
     * What a pool has thrown away may be no longer there to be put in order. Nor has a unit lost anything whose connection is lost when all that it
     * did has ended.
     */
    private void close(boolean evicted) throws SQLException {
        try {
            physical.close();
        } catch (SQLException | RuntimeException failure) {
            boolean lost = failure instanceof SQLException sql && Failures.lostConnection(sql);
            if (!evicted && !lost) {
                throw failure;
            }
            if (!evicted) {
                cluster().suspect(node, (SQLException) failure);
            }
            log.debug("router: could not give back a connection to {}", node, failure);
        }
    }

    /**
     * Cuts the connection under a statement that would hang, unless it was given back; for other threads, which do not wait for it: MariaDB's driver
     * asks the server on a further connection, and then waits for the reading to end.
     */
    boolean abort(String why) {
        if (!node.units().cutOff(this, slot)) {
            return false;
        }
        log.warn("router: aborting a unit on {}: {}", node, why);
        node.aborts().run(this::abortQuietly);
        return true;
    }

    /** Whether it was cut off, perhaps a moment before its connection is cut. */
    boolean cutOff() {
        return node.units().isCutOff(this, slot);
    }

    private boolean unguarded() {
        return !is(GUARDED)
                || done(() -> {
                    endTransactions();
                    cluster().dialect().refuseWrites(physical, false);
                });
    }

    /**
     * A pool sets the mode back itself, but where that is a question to the server, nobody would see that it is not answered. A node alone takes
     * writes on the same connection next, and not every pool undoes what was set.
     */
    private boolean asLent() {
        if (!cluster().replicated()) {
            return !readOnly() || done(() -> physical.setReadOnly(false));
        }
        boolean inItsMode = !is(TRANSACTIONS) || !cluster().options().autoCommit() || done(this::endTransactions);
        return inItsMode && (!is(MADE_READ_ONLY) || done(this::takeWrites));
    }

    private void takeWrites() throws SQLException {
        if (is(TRANSACTIONS)) {
            physical.rollback();
        }
        physical.setReadOnly(false);
    }

    private void endTransactions() throws SQLException {
        if (is(TRANSACTIONS)) {
            physical.rollback();
            autoCommit(true);
        }
    }

    /** What puts the connection in order. */
    private interface Step {
        void run() throws SQLException;
    }

    private static boolean done(Step step) {
        try {
            step.run();
            return true;
        } catch (SQLException | RuntimeException e) {
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
        } catch (SQLException | RuntimeException e) {
            log.debug("router: could not abort a connection to {}", node, e);
        }
    }
}
