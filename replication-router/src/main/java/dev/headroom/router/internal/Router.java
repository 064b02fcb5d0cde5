package dev.headroom.router.internal;

import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.RequestContext;
import dev.headroom.config.Checks;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.debug.DebugLog;
import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.NodeStatus;
import dev.headroom.router.QueryDigest;
import dev.headroom.router.ReadOnlyViolationException;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.RouteRefusedException;
import dev.headroom.router.RouteScope;
import dev.headroom.router.RouterControl;
import dev.headroom.router.spi.Position;
import dev.headroom.router.spi.ReplicationDialect;
import dev.headroom.transaction.TransactionHook;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The router: decides where a unit goes, binds it, and learns from what becomes of it. */
public final class Router implements ReplicaRouter {
    private static final Logger log = LoggerFactory.getLogger(Router.class);
    private static final int MOST_ATTEMPTS = 4;
    private static final long FIRST_ANSWERS = TimeUnit.SECONDS.toNanos(2);

    private final String name;
    private final RouterOptions options;
    private final RouterSensors sensors;
    private final Cluster cluster;
    private final Watchdog watchdog;
    private final Acquirer acquirer;
    private final Floors floors;
    private final ReadPath readPath;
    private final WritePath writePath;
    private final RouterConsistency consistency;
    private final Facts facts;
    private final Control control;
    private final SessionTouch sessionTouch = new SessionTouch();
    private final StatementWatch statements;
    private final DataSource dataSource;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable LiveNodes live;

    private Router(
            String name, List<NodeSpec> specs, RouterOptions options, StatementOptions statements, boolean live) {
        this.name = name;
        this.dataSource = new RoutedDataSource(() -> this, "RoutedDataSource[" + name() + "]");
        this.options = options;
        List<Node> nodes = new ArrayList<>();
        for (NodeSpec spec : specs) {
            nodes.add(new Node(spec));
        }
        this.sensors = new RouterSensors(name);
        this.cluster = new Cluster(name, nodes, live, options, sensors);
        this.watchdog = new Watchdog(cluster, sensors);
        this.acquirer = new Acquirer(name);
        this.floors = new Floors(cluster, new PositionCodec(name, options.dialect()::mark), name);
        this.readPath = new ReadPath(cluster, floors, acquirer, sensors);
        this.writePath = new WritePath(name, cluster, sensors);
        this.consistency = new RouterConsistency(cluster, floors);
        this.facts = new Facts(cluster);
        this.control = new Control(name, cluster);
        this.statements = new StatementWatch(
                statements, specs.stream().map(NodeSpec::name).toList());
    }

    /** Starts a router; the first node is the configured primary. With a source, its nodes come and go. */
    public static Router start(
            String name,
            List<NodeSpec> nodes,
            RouterOptions options,
            StatementOptions statements,
            @Nullable LiveSource source) {
        Router router = new Router(name, nodes, options, statements, source != null);
        try {
            router.start(source);
            return router;
        } catch (RuntimeException | Error failure) {
            router.end();
            throw failure;
        }
    }

    private void start(@Nullable LiveSource source) {
        if (cluster.replicated()) {
            cluster.start();
            watchdog.start(name);
            awaitFirstAnswers();
        }
        log.info("router {}: {}", name, Snapshots.of(cluster));
        if (source != null) {
            LiveNodes followed = new LiveNodes(name, cluster, source);
            live = followed;
            followed.start();
        }
    }

    private void awaitFirstAnswers() {
        try {
            cluster.await(() -> cluster.nodes().stream().allMatch(Node::asked), FIRST_ANSWERS);
            cluster.await(
                    () -> cluster.nodes().stream()
                            .allMatch(node -> node.role() != NodeRole.REPLICA || cluster.follows(node)),
                    2 * options.probeTimeout().toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String name() {
        return name.equals("router") ? name : "router-" + name;
    }

    /** The name of the cluster, as the builder was told it. */
    String cluster() {
        return name;
    }

    /** The nodes. */
    Cluster nodesOf() {
        return cluster;
    }

    RouterConsistency positions() {
        return consistency;
    }

    RouterOptions options() {
        return options;
    }

    Facts facts() {
        return facts;
    }

    @Override
    public DataSource dataSource() {
        return dataSource;
    }

    @Override
    public Consistency consistency() {
        return consistency;
    }

    @Override
    public ConsistencyToken admit(String untrusted) {
        return consistency.admit(untrusted);
    }

    @Override
    public List<NodeStatus> nodes() {
        return Snapshots.nodes(cluster);
    }

    @Override
    public List<QueryDigest> digest() {
        return statements.digest();
    }

    StatementWatch statements() {
        return statements;
    }

    @Override
    public RouterControl control() {
        return control;
    }

    @Override
    public RouteDecision decide(RouteScope scope) {
        Unit unit = Unit.of(Checks.present("scope", scope), false, false);
        if (unit.forReplica() && cluster.replicated()) {
            return readPath.decide(unit);
        }
        if (cluster.refusesWrites() && !unit.readOnly()) {
            return new RouteDecision.Refused(Reason.WRITES_REFUSED);
        }
        Node primary = cluster.writer();
        return primary == null
                ? new RouteDecision.Refused(Reason.NO_PRIMARY)
                : new RouteDecision.ToPrimary(primary.name(), false, WritePath.reason(unit));
    }

    @Override
    public TransactionHook transactionHook() {
        return new TransactionHook() {
            @Override
            public boolean afterCommit(@Nullable Connection connection, Runnable action) {
                RoutedConnection routed = connection == null ? null : RoutedConnection.of(connection);
                return routed != null && routed.binding().afterCommit(action);
            }

            @Override
            public boolean afterPossibleCommit(@Nullable Connection connection, Runnable action) {
                RoutedConnection routed = connection == null ? null : RoutedConnection.of(connection);
                return routed != null && routed.binding().afterPossibleCommit(action);
            }
        };
    }

    // What bindings ask.

    /** Takes a node's connection for the unit and brings it into the session's state. */
    Lease bind(Unit unit, Session session) throws SQLException {
        Lease lease = take(unit, session);
        sensors.bound(lease);
        explain(lease);
        return lease;
    }

    /** A connection that turns out to be lost costs nothing, since nothing was executed on it; a node dies one connection after another. */
    private Lease take(Unit unit, Session session) throws SQLException {
        SQLException last = null;
        for (int attempt = 1; ; attempt++) {
            try {
                return prepared(find(unit), session);
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
        return unit.forReplica() && cluster.replicated() ? readPath.bind(unit) : writePath.bind(unit);
    }

    private Lease prepared(Lease lease, Session session) throws SQLException {
        try {
            lease.prepare(session);
            return lease;
        } catch (SQLException | RuntimeException failure) {
            if (failure instanceof SQLException sql && Failures.lostConnection(sql)) {
                lease.discard();
                cluster.suspect(lease.node(), sql);
            }
            try {
                lease.release();
            } catch (SQLException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
    }

    private static void explain(Lease lease) {
        Reason reason = lease.reason();
        if (reason == Reason.READ_ONLY || reason == Reason.WRITE || reason == Reason.NO_REPLICAS) {
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
        if (!unit.forReplica()) {
            return !lease.onReplica() && !lease.diverted() && lease.node() == cluster.writer();
        }
        if (lease.onReplica()) {
            return readPath.stillGood(lease, unit);
        }
        return lease.diverted()
                && unit.target() == RouteScope.Target.ANY
                && lease.node() == cluster.writable()
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
            return lease.node() == cluster.writable() && unit.target() != RouteScope.Target.REPLICA;
        }
        return unit.forReplica() && readPath.mayGoOn(lease, unit);
    }

    /** Commits; the position goes to the request. */
    void commit(Lease lease) throws SQLException {
        if (!cluster.replicated() || lease.readOnly() || !lease.executed()) {
            lease.physical().commit();
            return;
        }
        ReplicationDialect.Commit committed;
        try {
            committed = cluster.dialect().commit(lease.physical());
        } catch (SQLException failure) {
            used(lease, true); // it may have taken effect
            throw failed(lease, failure);
        }
        if (committed.sequence() == 0) {
            used(lease, committed.mayHaveWritten());
            return;
        }
        Position position = new Position(lease.node().position().timeline(), committed.sequence());
        if (committed.mayHaveWritten()) {
            floors.wrote(position);
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
            floors.current().touchedPrimary(cluster.now(), mayHaveWritten && !lease.readOnly());
        } else if (RequestContext.active().isPresent()) {
            floors.current().readReplica(lease.node(), cluster.now());
        }
    }

    /** Learns from a failure. @return what to throw */
    SQLException failed(Lease lease, SQLException failure) {
        if (Failures.readOnlyViolation(failure) && lease.readOnly()) {
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

    boolean touchesSession(String sql) {
        return cluster.replicated() && sessionTouch.in(sql);
    }

    // What Headroom asks.

    @Override
    public void contribute(Contributions to) {
        RouterParts.contributeAnnotations(to);
        to.consistency(consistency).transactionHook(transactionHook());
        if (cluster.replicated()) {
            RouterParts.contributeFilter(options, this, name(), to);
        }
        contributeOwn(to);
        RouterParts.contributeSignals(List.of(cluster), to);
    }

    /** What each of several routers gives. */
    void contributeOwn(Contributions to) {
        RouterParts.contributeOwn(this, cluster, sensors, to);
    }

    @Override
    public void connect(Contracts contracts) {
        sensors.connect(contracts.meters(), cluster);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            end();
            if (live != null) {
                live.release();
            }
            log.info("router {}: closed", name);
        }
    }

    private void end() {
        if (live != null) {
            live.close();
        }
        cluster.close();
        watchdog.close();
        acquirer.close();
        sensors.close();
    }

    @Override
    public String toString() {
        return "ReplicaRouter[" + name + ", " + Snapshots.of(cluster) + "]";
    }
}
