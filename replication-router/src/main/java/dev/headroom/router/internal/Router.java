package dev.headroom.router.internal;

import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.config.Checks;
import dev.headroom.consistency.Consistency;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.NodeStatus;
import dev.headroom.router.QueryDigest;
import dev.headroom.router.ReplicaRouter;
import dev.headroom.router.RouteDecision;
import dev.headroom.router.RouteDecision.Reason;
import dev.headroom.router.RouteScope;
import dev.headroom.router.RouterControl;
import dev.headroom.transaction.TransactionHook;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The router: puts its parts together, and tells what it would do and what it knows. Units are bound by its {@link Binder}. */
public final class Router implements ReplicaRouter {
    private static final Logger log = LoggerFactory.getLogger(Router.class);
    private static final long FIRST_ANSWERS = TimeUnit.SECONDS.toNanos(2);

    private final String name;
    private final RouterOptions options;
    private final RouterSensors sensors;
    private final Cluster cluster;
    private final Watchdog watchdog;
    private final Acquirer acquirer;
    private final ReadPath readPath;
    private final WritePath writePath;
    private final Binder binder;
    private final RouterConsistency consistency;
    private final Facts facts;
    private final Control control;
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
        this.acquirer = new Acquirer(name, options);
        PositionCodec codec =
                new PositionCodec(name, options.dialect()::mark, cluster::reachedByAll, cluster::replaced);
        Floors floors = new Floors(cluster, codec, name);
        this.readPath = new ReadPath(cluster, floors, acquirer, sensors);
        this.writePath = new WritePath(name, cluster, floors, acquirer, sensors);
        this.binder = new Binder(name, cluster, readPath, writePath, floors, sensors);
        this.consistency = new RouterConsistency(cluster, floors);
        this.facts = new Facts(cluster, acquirer);
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
        RouterOptions.Sessions sessions = options.sessions();
        if (cluster.replicated()
                && !sessions.httpSession()
                && options.hardLimit().compareTo(sessions.life()) > 0) {
            log.warn(
                    "router {}: hardLimit: {} (expected: at most {}, the life of positionCookie; a client that wrote before that may not"
                            + " see it on a replica that is so far behind)",
                    name,
                    options.hardLimit(),
                    sessions.life());
        }
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

    Binder binder() {
        return binder;
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
        return consistency.admit(untrusted, positionLife());
    }

    @Override
    public ConsistencyToken written() {
        return consistency.written();
    }

    @Override
    public ConsistencyToken newest(ConsistencyToken written) {
        return consistency.newest(written);
    }

    @Override
    public Duration positionLife() {
        return options.sessions().life();
    }

    @Override
    public boolean byTime() {
        return options.sessions().pin() != null;
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
        if (cluster.hasReplicasFor(unit)) {
            return readPath.decide(unit);
        }
        if (cluster.refusesWrites() && !unit.readOnly()) {
            return new RouteDecision.Refused(Reason.WRITES_REFUSED);
        }
        Node primary = writePath.writer();
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
                return routed != null && routed.afterCommit(action);
            }

            @Override
            public boolean afterPossibleCommit(@Nullable Connection connection, Runnable action) {
                RoutedConnection routed = connection == null ? null : RoutedConnection.of(connection);
                return routed != null && routed.afterPossibleCommit(action);
            }
        };
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
