package dev.headroom.router;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import dev.headroom.router.internal.LiveSource;
import dev.headroom.router.internal.OptionsDraft;
import dev.headroom.router.internal.Router;
import dev.headroom.router.internal.StatementOptions;
import dev.headroom.router.spi.ReplicationDialect;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Collects the nodes and options of a {@link ReplicaRouter}. Not thread-safe. */
public final class ReplicaRouterBuilder {
    /** The longest that a position may live in a cookie. */
    private static final Duration LONGEST_TTL = Duration.ofSeconds(60);

    /** The environment variable that names the application's zone. */
    private static final String ZONE = "HEADROOM_ZONE";

    private final String name;
    private final OptionsDraft options = new OptionsDraft();
    private final List<NodeSpec> replicas = new ArrayList<>();
    private @Nullable NodeSpec primary;
    private @Nullable InventoryNodes inventory;
    private StatementOptions statements = StatementOptions.none();

    ReplicaRouterBuilder(String name) {
        this(name, System::getenv);
    }

    /** @param environment the value of an environment variable */
    ReplicaRouterBuilder(String name, Function<String, @Nullable String> environment) {
        this.name = Checks.name("name", name);
        String zone = environment.apply(ZONE);
        options.zone = zone == null || zone.isBlank() ? null : Checks.name(ZONE, zone.strip());
    }

    /** The node that takes writes, until the nodes themselves say otherwise. Required. */
    public ReplicaRouterBuilder primary(NodeSpec primary) {
        this.primary = Checks.present("primary", primary);
        return this;
    }

    /** Adds a replica. Default: none, then everything goes to the primary. */
    public ReplicaRouterBuilder replica(NodeSpec replica) {
        replicas.add(Checks.present("replica", replica));
        return this;
    }

    /**
     * Nodes that come and go with a service inventory, besides those given one by one. Default: none. With it {@link #primary} may be left
     * out.
     */
    public ReplicaRouterBuilder nodes(InventoryNodes nodes) {
        this.inventory = Checks.present("nodes", nodes);
        return this;
    }

    /**
     * How often every node is asked for its role and position, on a connection of the router's own; also the resolution of the lag.
     * Default: 100 ms.
     *
     * @throws dev.headroom.config.ConfigurationException if not more than zero
     */
    public ReplicaRouterBuilder probeEvery(Duration interval) {
        options.probeEvery = Checks.positive("probeEvery", interval);
        return this;
    }

    /**
     * How long a node may take to answer a probe before it gets no more units. Reads that run on a node that stays silent are
     * aborted when they have hung for about twice as long. Default: 250 ms.
     *
     * @throws dev.headroom.config.ConfigurationException if not more than zero
     */
    public ReplicaRouterBuilder probeTimeout(Duration timeout) {
        options.probeTimeout = Checks.positive("probeTimeout", timeout);
        return this;
    }

    /**
     * How far behind a replica may be: up to the soft limit it takes reads; up to the hard limit it takes those for which the primary
     * has no permit left. Default: 500 ms and 30 s. A hard limit beyond the life of {@link #positionCookie} is warned of: who wrote before that
     * brings no position along any more, and may not see it.
     *
     * @throws dev.headroom.config.ConfigurationException if one is not more than zero; by {@link #build()} if soft is more than hard
     */
    public ReplicaRouterBuilder staleness(Duration softLimit, Duration hardLimit) {
        options.softLimit = Checks.positive("softLimit", softLimit);
        options.hardLimit = Checks.positive("hardLimit", hardLimit);
        return this;
    }

    /**
     * How many read-only units that no replica may serve can be on the primary at one time; 0 for none. Default: 8.
     *
     * @throws dev.headroom.config.ConfigurationException if negative
     */
    public ReplicaRouterBuilder primaryFallback(int permits) {
        options.primaryFallback = Checks.atLeast("primaryFallback", permits, 0);
        return this;
    }

    /**
     * How many further read-only units can be on the primary at one time that are there because no replica has reached their client's
     * position, so that clients see what they have written also when the others use up {@link #primaryFallback}; 0 for none. Together with those
     * it should be less than the primary's pool, whose other connections are for writes. Default: 2.
     *
     * @throws dev.headroom.config.ConfigurationException if negative
     */
    public ReplicaRouterBuilder positionFallback(int permits) {
        options.positionFallback = Checks.atLeast("positionFallback", permits, 0);
        return this;
    }

    /**
     * How long a read waits for a replica to reach its position or become fresh enough, probing on the spot, before it is diverted to
     * the primary; zero for not at all. Default: 20 ms.
     *
     * @throws dev.headroom.config.ConfigurationException if negative
     */
    public ReplicaRouterBuilder waitForReplica(Duration wait) {
        options.waitForReplica = Checks.notNegative("waitForReplica", wait);
        return this;
    }

    /**
     * How long a read waits for a connection of one node's pool before it asks another node. Default: 100 ms. From a pool that can be told
     * ({@link NodeSpec#timed}, as HikariCP's can), or never lets a caller wait longer ({@link NodeSpec#poolTimeout}), connections are taken on the
     * reader's own thread, which is cheaper.
     *
     * @throws dev.headroom.config.ConfigurationException if not more than zero
     */
    public ReplicaRouterBuilder acquireTimeout(Duration timeout) {
        options.acquireTimeout = Checks.positive("acquireTimeout", timeout);
        return this;
    }

    /**
     * How long a read looks for a node, all in all, before it is refused with {@link RouteRefusedException}; the request's own deadline
     * shortens it. When as many reads wait already as there are permits for the primary, it is refused at once. Default: 1 s.
     *
     * @throws dev.headroom.config.ConfigurationException if not more than zero
     */
    public ReplicaRouterBuilder maxReadWait(Duration wait) {
        options.maxReadWait = Checks.positive("maxReadWait", wait);
        return this;
    }

    /**
     * How long a unit that may write waits, all in all: while no node takes writes, as during a failover, before it is refused with
     * {@link RouteRefusedException}; and for a connection of the primary's pool. The request's own deadline shortens it. It has not begun then
     * and may be tried again. Zero: not at all for a node, and for a connection as long as the pool lets it. Where a pool can't be told how long to wait
     * ({@link NodeSpec#timed}), so does the 257th unit that waits for it at the same time. Default: 5 s.
     *
     * @throws dev.headroom.config.ConfigurationException if negative
     */
    public ReplicaRouterBuilder failoverWait(Duration wait) {
        options.failoverWait = Checks.notNegative("failoverWait", wait);
        return this;
    }

    /**
     * The zone that this application runs in: reads go to replicas of the same zone ({@link NodeSpec#zone}) as long as one of them may answer,
     * otherwise to those of others. Default: the environment variable {@code HEADROOM_ZONE}; without it, zones are not looked at.
     *
     * @throws dev.headroom.config.ConfigurationException if the name is not one
     */
    public ReplicaRouterBuilder zone(String zone) {
        options.zone = Checks.name("zone", zone);
        return this;
    }

    /** Whether new connections are in auto-commit mode; set it to what the pools are set to. Default: true. */
    public ReplicaRouterBuilder autoCommit(boolean autoCommit) {
        options.autoCommit = autoCommit;
        return this;
    }

    /**
     * The cookie that carries a client's position from one request to the next, and how long it lives; with {@link #pinAfterWrite} it lives
     * as long as that says. It should live longer than any replica that clients read is behind ({@link #staleness},
     * {@link RouteScope#maxStaleness}); where that can't be, {@link #positionInSession} carries it for longer. Several applications on one host
     * should each have a name of their own. Default: {@code headroom-position}, 30 s.
     *
     * @throws dev.headroom.config.ConfigurationException if the name is not one, or the time is not 1 to 60 seconds
     */
    public ReplicaRouterBuilder positionCookie(String cookie, Duration ttl) {
        options.cookie = Checks.name("cookie", cookie);
        options.ttl = ttl("ttl", ttl);
        return this;
    }

    /**
     * Whether the client's HTTP session carries its position as well, if it has one: for clients without cookies of ours, for what is written
     * after the response was committed, and for longer than the cookie lives. Each request then asks for the session, and one that has written
     * changes it. Of several routers the first one's counts. Default: false.
     */
    public ReplicaRouterBuilder positionInSession(boolean on) {
        options.positionInSession = on;
        return this;
    }

    private static Duration ttl(String option, Duration ttl) {
        Checks.that(
                ttl != null && ttl.compareTo(Duration.ofSeconds(1)) >= 0 && ttl.compareTo(LONGEST_TTL) <= 0,
                option,
                ttl,
                "PT1S to " + LONGEST_TTL);
        return ttl;
    }

    /**
     * Goes by time in place of positions: who has written reads from the primary for so long, whatever replicas have replayed, also in its
     * next requests; the cookie says no more than that, and lives so long, whatever {@link #positionCookie} says. That is the simple
     * technique of old, for where positions can't be had or trusted: writes that are mostly seen late, by triggers on other nodes, say.
     * It costs permits for the primary ({@link #positionFallback}, {@link #primaryFallback}) and shows too little if a replica lags for longer.
     * In auto-commit mode all that is not marked as a read counts as a write. Default: positions.
     *
     * @throws dev.headroom.config.ConfigurationException if not 1 to 60 seconds
     */
    public ReplicaRouterBuilder pinAfterWrite(Duration time) {
        options.pin = ttl("pinAfterWrite", time);
        return this;
    }

    /**
     * Whether positions also cover what was read, so that a client never goes back in time from one request to the next, whatever replica
     * answers; within a request it never does. Of requests that overlap, the one that answers last says how far the client has seen, be it the earlier
     * one. Each response after a read then waits for a replica to tell its position, once, and sends
     * a cookie when it has moved, so that it should not be cached. Default: false, positions cover what was written.
     */
    public ReplicaRouterBuilder monotonicReads(boolean on) {
        options.monotonicReads = on;
        return this;
    }

    /**
     * How many shapes of statements are counted and timed, for {@link ReplicaRouter#digest()} and the console; the rest is counted
     * together. Besides, four statements for each shape are remembered (of at most 4,096 characters, literals included), so that they need not
     * be looked at again; of all nodes that ever were, 64 are told apart. Default: 0, nothing is looked at.
     *
     * @param shapes 0 to 10,000
     * @throws dev.headroom.config.ConfigurationException if out of range
     */
    public ReplicaRouterBuilder digest(int shapes) {
        statements = statements.withDigest(Checks.between("digest", shapes, 0, 10_000));
        return this;
    }

    /**
     * Looks for habits that cost: {@code select *}, and what looks like a write in a read-only unit. Each shape of statement is logged
     * once, as a warning, at most 1,024 in all. Up to 4,096 statements of at most 4,096 characters are remembered, so that they are not
     * looked at again; longer ones are not looked at. Default: off.
     */
    public ReplicaRouterBuilder lint() {
        statements = statements.withLintToLog(name);
        return this;
    }

    /**
     * The same, but somebody else is told; a test suite can fail on it. Called on the thread that executes the statement, just before,
     * once for each shape; what it throws is logged.
     */
    public ReplicaRouterBuilder lint(Consumer<LintFinding> to) {
        statements = statements.withLint(Checks.present("lint", to));
        return this;
    }

    /**
     * How the database tells roles and positions; an instance belongs to one router. Needed only where there are replicas. Default:
     * {@link Dialects#auto()}, which knows PostgreSQL and MariaDB.
     */
    public ReplicaRouterBuilder dialect(ReplicationDialect dialect) {
        options.dialect = Checks.present("dialect", dialect);
        return this;
    }

    /** The monotonic clock, in nanoseconds. Default: {@link System#nanoTime()}. */
    public ReplicaRouterBuilder ticker(LongSupplier ticker) {
        options.ticker = Checks.present("ticker", ticker);
        return this;
    }

    /** Picks a number from 0 to its argument, exclusive, for the choice among replicas. Default: {@code ThreadLocalRandom}. */
    public ReplicaRouterBuilder random(IntUnaryOperator random) {
        options.random = Checks.present("random", random);
        return this;
    }

    /**
     * The router, probing already. Waits up to two seconds for every node's first answer; a node that does not answer is no error, it
     * is used when it does. If it throws, nodes that were made of an inventory's hosts are given to {@link InventoryNodes#onRemoved}.
     *
     * @throws dev.headroom.config.ConfigurationException with everything that is wrong: no primary, two nodes of one name, a node
     *     without a probe in a router with replicas, a soft limit above the hard one …
     */
    public ReplicaRouter build() {
        Map<String, NodeSpec> live = new LinkedHashMap<>();
        InventoryNodes source = inventory;
        try {
            if (source != null) {
                source.hosts().forEach(host -> live.put(host.address(), source.node(host)));
            }
            return start(source, live);
        } catch (RuntimeException | Error failure) {
            live.values().forEach(node -> abandon(source, node, failure));
            throw failure;
        }
    }

    /** What was made for a router that does not come to be has nobody else who could close it. */
    private static void abandon(@Nullable InventoryNodes source, NodeSpec node, Throwable failure) {
        try {
            if (source != null) {
                source.removed(node);
            }
        } catch (RuntimeException alsoFailed) {
            failure.addSuppressed(alsoFailed);
        }
    }

    private ReplicaRouter start(@Nullable InventoryNodes source, Map<String, NodeSpec> live) {
        Problems problems = new Problems();
        List<NodeSpec> nodes = new ArrayList<>();
        if (primary != null) {
            nodes.add(primary);
        }
        nodes.addAll(live.values());
        nodes.addAll(replicas);
        problems.unless(
                primary != null || !live.isEmpty(),
                "primary",
                null,
                source == null ? "a node" : "a node, or one of " + source);
        checkNodes(nodes, problems);
        problems.unless(
                options.softLimit.compareTo(options.hardLimit) <= 0,
                "softLimit",
                options.softLimit,
                "<= hardLimit (" + options.hardLimit + ")");
        problems.unless(
                options.probeEvery.compareTo(options.softLimit) < 0,
                "probeEvery",
                options.probeEvery,
                "< softLimit (" + options.softLimit + "), or no replica is ever fresh");
        problems.unless(
                !options.positionInSession || options.pin == null,
                "positionInSession",
                true,
                "without pinAfterWrite, which must be forgotten in time");
        problems.throwIfAny();
        return Router.start(
                name,
                nodes,
                options.toOptions(),
                statements,
                source == null ? null : new LiveSource(source, Map.copyOf(live)));
    }

    private void checkNodes(List<NodeSpec> nodes, Problems problems) {
        Set<String> names = new HashSet<>();
        for (NodeSpec node : nodes) {
            problems.unless(names.add(node.name()), "node", node.name(), "a name that no other node has");
            problems.unless(
                    (nodes.size() == 1 && inventory == null) || node.probe().isPresent(),
                    "probe",
                    "none for node " + node.name(),
                    "NodeSpec.probe(…), where there are replicas");
        }
    }
}
