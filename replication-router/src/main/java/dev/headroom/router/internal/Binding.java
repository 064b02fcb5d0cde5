package dev.headroom.router.internal;

import dev.headroom.router.RouteScope;
import java.lang.invoke.VarHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which node a routed connection is bound to, and for how long. A part of the connection itself, in a class of its own, so that a connection is one
 * object.
 *
 * <p>Bound at the first statement of a unit. A transaction never moves, nor does a session that was changed ({@linkplain Lease#taint
 * tainted}). When the next unit wants another node while statements of the last one are still open, their lease is set aside until they
 * are closed: their results can be read on, but they can't be executed any more.
 */
abstract class Binding {
    private static final Logger log = LoggerFactory.getLogger(Binding.class);

    private final Router router;
    private Session session = Session.NOTHING;
    private @Nullable Extras extras;
    private @Nullable Lease lease;
    private boolean autoCommit;
    private boolean readOnly;
    private boolean inTransaction;
    private @Nullable RouteScope begunIn;
    private boolean begun;
    private final @Nullable ReadAttempt bornIn = ReadAttempt.current();

    Binding(Router router) {
        this.router = router;
        this.autoCommit = router.options().autoCommit();
        begin();
    }

    /** What few connections have. */
    private static final class Extras {
        @Nullable List<Runnable> afterCommit;

        @Nullable List<Runnable> alsoInDoubt;

        @Nullable List<Lease> aside;
    }

    final Router router() {
        return router;
    }

    private Binder binder() {
        return router.binder();
    }

    private Extras extras() {
        Extras known = extras;
        if (known == null) {
            known = new Extras();
            extras = known;
        }
        return known;
    }

    /** The routed connection, of which this is a part. */
    abstract Connection connection();

    abstract void checkOpen() throws SQLException;

    /** What was set on the connection; not to be changed. */
    Session session() {
        return session;
    }

    /** The same, to be changed. */
    Session set() {
        if (session == Session.NOTHING) {
            session = new Session();
        }
        return session;
    }

    boolean autoCommit() {
        return autoCommit;
    }

    boolean readOnly() {
        return readOnly;
    }

    void readOnly(boolean mode) {
        readOnly = mode;
    }

    @Nullable Lease lease() {
        return lease;
    }

    /** The node's connection, if asking it begins nothing; else null. */
    @Nullable Connection own() {
        Lease current = lease;
        return current == null || !(autoCommit || inTransaction) ? null : current.physical();
    }

    /** Whether the session of the node's connection was changed. */
    boolean sessionChanged() {
        Lease current = lease;
        return current != null && current.tainted();
    }

    /** The lease if statements have set something on its connection, perhaps, that holds now; else null. */
    @Nullable Lease used() {
        Lease current = lease;
        return current != null && (current.tainted() || (current.touched() && own() != null)) ? current : null;
    }

    /** Its connection was asked something; to answer, the driver has begun a transaction where there was none. */
    void asked(Lease used) throws SQLException {
        if (own() == null && !mayHaveBegun(used)) {
            used.physical().rollback();
        }
    }

    boolean inTransaction() {
        return inTransaction;
    }

    /** The node's connection for the next statement. */
    Lease bind() throws SQLException {
        Lease current = lease;
        if (inTransaction && current != null) {
            return current;
        }
        Unit unit = unit();
        binder().requireTaken(unit);
        if (current != null && current.tainted()) {
            requireStay(current, unit);
        } else if (current != null && !binder().fits(current, unit)) {
            letGo(current);
            current = null;
        }
        if (current == null) {
            current = binder().bind(unit, session, autoCommit);
            current.boundBy(this);
            lease = current;
            VarHandle.fullFence(); // whoever aborts the connection sees that, or it is found here
            checkOpen();
        }
        enter(current);
        return current;
    }

    void autoCommit(boolean mode) throws SQLException {
        if (mode == autoCommit) {
            return;
        }
        if (mode && mayHaveBegun(lease)) {
            commit();
        }
        autoCommit = mode;
        begin();
        Lease current = lease;
        if (current != null && current.handedOut()) {
            current.autoCommit(mode); // whoever has the driver's own goes by that of the driver's
        }
        if (mode && current != null) {
            current.autoCommit(true);
            if (!current.tainted() && !current.hasOpenStatements()) {
                letGo(current);
            }
        }
    }

    public void commit() throws SQLException {
        Lease current = lease;
        if (current != null && mayHaveBegun(current)) {
            commit(current);
        }
        ended();
        runAfterCommit();
    }

    /** Whether there may be a transaction on it: one that we have begun, or that somebody has who has the driver's own connection in hand. */
    private boolean mayHaveBegun(@Nullable Lease current) {
        return inTransaction || (!autoCommit && current != null && current.handedOut());
    }

    private void commit(Lease current) throws SQLException {
        try {
            binder().commit(current);
        } catch (SQLException failure) {
            if (extras != null) {
                extras.afterCommit = extras.alsoInDoubt;
            }
            runAfterCommit();
            throw failed(current, failure);
        }
    }

    public void rollback() throws SQLException {
        forgetActions();
        Lease current = lease;
        if (current != null && mayHaveBegun(current)) {
            try {
                binder().rollback(current);
            } catch (SQLException failure) {
                throw failed(current, failure);
            }
        }
        ended();
    }

    /** Keeps the action until the commit; false if there is no transaction. */
    boolean afterCommit(Runnable action) {
        if (autoCommit) {
            return false;
        }
        Extras own = extras();
        if (own.afterCommit == null) {
            own.afterCommit = new ArrayList<>(2);
        }
        own.afterCommit.add(action);
        return true;
    }

    /** Keeps the action until the commit, even one that fails, for it may have taken effect; false if there is no transaction. */
    boolean afterPossibleCommit(Runnable action) {
        if (!afterCommit(action)) {
            return false;
        }
        Extras own = extras();
        if (own.alsoInDoubt == null) {
            own.alsoInDoubt = new ArrayList<>(2);
        }
        own.alsoInDoubt.add(action);
        return true;
    }

    private void forgetActions() {
        if (extras != null) {
            extras.afterCommit = null;
            extras.alsoInDoubt = null;
        }
    }

    /** The pools shall throw away what is lent. */
    void discard() {
        Lease current = lease;
        if (current != null) {
            current.discard();
        }
        if (extras != null && extras.aside != null) {
            extras.aside.forEach(Lease::discard);
        }
    }

    public void close() throws SQLException {
        forgetActions();
        Lease current = lease;
        List<Lease> others = aside();
        if (current == null && others == null) {
            return;
        }
        lease = null;
        if (extras != null) {
            extras.aside = null;
        }
        SQLException first = current == null ? null : end(current);
        if (others != null) {
            for (Lease old : others) {
                first = release(old, first);
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private @Nullable SQLException end(Lease current) {
        SQLException first = null;
        if (mayHaveBegun(current) && current.executed()) {
            binder().used(current, true); // a statement may have committed
            try {
                current.physical().rollback();
            } catch (SQLException failure) {
                first = failed(current, failure);
            }
        }
        inTransaction = false;
        return release(current, first);
    }

    private static @Nullable SQLException release(Lease old, @Nullable SQLException first) {
        try {
            old.release();
        } catch (SQLException failure) {
            if (first == null) {
                return failure;
            }
            first.addSuppressed(failure);
        }
        return first;
    }

    private void requireStay(Lease changed, Unit unit) throws SQLException {
        String whyNot = binder().mayNotStay(changed, unit);
        if (whyNot != null) {
            throw new SQLException(
                    "connection: its session was changed on " + changed.node() + ", " + whyNot
                            + " (expected: to be closed, for the next one to go elsewhere)",
                    "24000");
        }
        changed.refuseWrites(unit.readOnly());
    }

    /** A driver's own object is given out. */
    void unwrapped(Lease of) {
        binder().unwrapped(of);
    }

    private Unit unit() {
        RouteScope scope = autoCommit || !begun ? RouteScope.current().orElse(null) : begunIn;
        return Unit.of(scope, readOnly, session.serializable());
    }

    /** A transaction belongs to the scope in which it was begun, not to that of its first statement. */
    private void begin() {
        begun = !autoCommit;
        begunIn = begun ? RouteScope.current().orElse(null) : null;
    }

    private void ended() {
        inTransaction = false;
        begun = false;
        begunIn = null;
        Lease current = lease;
        if (current != null) {
            current.executed(current.handedOut());
        }
    }

    private void enter(Lease current) throws SQLException {
        try {
            current.autoCommit(autoCommit);
        } catch (SQLException failure) { // some drivers ask the server, and find it gone
            throw failed(current, failure);
        }
        inTransaction = !autoCommit;
    }

    /** Learns from a failure. @return what to throw */
    SQLException failed(Lease of, SQLException failure) {
        SQLException told = binder().failed(of, failure);
        if (of.readOnly() && (autoCommit || bornIn == ReadAttempt.current())) {
            binder().mayRetry(of, told);
        }
        return told;
    }

    private void letGo(Lease current) throws SQLException {
        lease = null;
        if (!current.hasOpenStatements()) {
            current.release();
            return;
        }
        Extras own = extras();
        if (own.aside == null) {
            own.aside = new ArrayList<>(2);
        }
        own.aside.add(current);
    }

    private @Nullable List<Lease> aside() {
        return extras == null ? null : extras.aside;
    }

    private void runAfterCommit() {
        List<Runnable> actions = extras == null ? null : extras.afterCommit;
        forgetActions();
        if (actions == null) {
            return;
        }
        for (Runnable action : actions) {
            try {
                action.run();
            } catch (RuntimeException failure) {
                log.error("router {}: work after a commit failed; the commit stands", router().name(), failure);
            }
        }
    }

    // What statements ask, through the lease that they were made on.

    long begin(Lease of, String sql) throws SQLException {
        checkOpen();
        if (of != lease) {
            throw moved(of);
        }
        if (!inTransaction) {
            Unit unit = unit();
            binder().requireTaken(unit);
            if (of.tainted()) {
                requireStay(of, unit);
            } else if (!binder().mayExecute(of, unit)) {
                throw moved(of);
            }
            enter(of);
        }
        try {
            binder().begins(of, sql);
        } catch (SQLException cutOff) {
            throw failed(of, cutOff);
        }
        of.executed(true);
        return router().statements().begin(sql, of);
    }

    @Nullable SQLException end(Lease of, String sql, long startedAt, @Nullable SQLException failure) {
        if (autoCommit || of.readOnly() || of.ending()) {
            binder().used(of, true);
        }
        if (startedAt != StatementWatch.NOT_TIMED) {
            router().statements().end(sql, of, startedAt, failure);
        }
        return failure == null ? null : failed(of, failure);
    }

    void closed(Lease of) {
        List<Lease> others = aside();
        if (of != lease && others != null && !of.hasOpenStatements() && others.remove(of)) {
            try {
                of.release();
            } catch (SQLException failure) {
                log.debug("router {}: could not give back a connection to {}", router().name(), of.node(), failure);
            }
        }
    }

    private static SQLException moved(Lease of) {
        return new SQLException(
                "statement: was made on " + of.node()
                        + ", but its connection works elsewhere now (expected: to be made again for"
                        + " every transaction, and in auto-commit mode for every read)",
                "24000");
    }
}
