package dev.headroom.router;

import dev.headroom.config.Checks;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One database node as the application describes it: a name, its connection pool, and how to probe it.
 *
 * <p>The router never pools: the pool is the application's and is not closed by the router. The router's own probes do not go
 * through the pool, so that a full pool is never mistaken for a dead node; say with {@link #probe} where those connections come
 * from. A node of a router without replicas needs no probe. Immutable; every method returns a changed copy.
 *
 * <p>With HikariCP, {@link dev.headroom.router.hikari.HikariNodes} fills in everything from the pool.
 *
 * <pre>{@code
 * NodeSpec.of("r1", pool).probe("jdbc:postgresql://db2/shop", "app", password).weight(2)
 * }</pre>
 */
public final class NodeSpec {
    private final String name;
    private final DataSource dataSource;
    private int weight = 1;
    private @Nullable String zone;
    private Set<String> tags = Set.of();
    private @Nullable ProbeSource probe;
    private @Nullable Supplier<PoolUsage> pool;
    private @Nullable Consumer<Connection> evict;
    private @Nullable Runnable evictAll;
    private @Nullable Supplier<Duration> poolTimeout;
    private @Nullable TimedPool timed;

    private NodeSpec(String name, DataSource dataSource) {
        this.name = name;
        this.dataSource = dataSource;
    }

    /** A copy with this change, the only one that it ever has. */
    private NodeSpec with(Consumer<NodeSpec> change) {
        NodeSpec copy = new NodeSpec(name, dataSource);
        copy.weight = weight;
        copy.zone = zone;
        copy.tags = tags;
        copy.probe = probe;
        copy.pool = pool;
        copy.evict = evict;
        copy.evictAll = evictAll;
        copy.poolTimeout = poolTimeout;
        copy.timed = timed;
        change.accept(copy);
        return copy;
    }

    /**
     * A node of weight 1.
     *
     * @param name unique in the router; seen in meters, the console and debug lines, for example {@code r1}
     * @param pool the application's pool of connections to this node and no other
     * @throws dev.headroom.config.ConfigurationException if the name is not one, or the pool is null
     */
    public static NodeSpec of(String name, DataSource pool) {
        return new NodeSpec(Checks.name("node", name), Checks.present("pool", pool));
    }

    /**
     * How much of the reads it takes against its siblings: a node of weight 2 is given twice the units in flight. Default 1.
     *
     * @throws dev.headroom.config.ConfigurationException if not 1 to 1000
     */
    public NodeSpec weight(int weight) {
        Checks.between("weight", weight, 1, 1000);
        return with(copy -> copy.weight = weight);
    }

    /**
     * The zone that it is in, for example {@code eu-1a}. Reads prefer replicas of the application's own zone
     * ({@link ReplicaRouterBuilder#zone}). Default: none, or what the inventory says.
     *
     * @throws dev.headroom.config.ConfigurationException if the name is not one
     */
    public NodeSpec zone(String zone) {
        Checks.name("zone", zone);
        return with(copy -> copy.zone = zone);
    }

    /**
     * What it is kept for, for example {@code reports}, or {@code delayed} for a replica that replays hours later on purpose. A replica with
     * tags takes no ordinary reads, only those that ask for one of its tags ({@link RouteScope#replica(String)}). Default: none, or what the
     * inventory says.
     *
     * @throws dev.headroom.config.ConfigurationException if one is no name
     */
    public NodeSpec tags(String... tags) {
        for (String tag : tags) {
            Checks.name("tag", tag);
        }
        Set<String> all = Set.copyOf(List.of(tags));
        return with(copy -> copy.tags = all);
    }

    /** Where the router's own connections for probing come from. Default: none, enough for a router without replicas. */
    public NodeSpec probe(ProbeSource probe) {
        Checks.present("probe", probe);
        return with(copy -> copy.probe = probe);
    }

    /** Probes through {@link java.sql.DriverManager}; user and password may be null where the URL has them. */
    public NodeSpec probe(String url, @Nullable String user, @Nullable String password) {
        return probe(ProbeSource.url(url, user, password));
    }

    /** How full the pool is, for the signal {@code router.pool} and what is said when it gives no connection. Default: not known. */
    public NodeSpec pool(Supplier<PoolUsage> usage) {
        Checks.present("pool", usage);
        return with(copy -> copy.pool = usage);
    }

    /**
     * How to make the pool throw a connection away instead of using it again, for example {@code hikari::evictConnection}.
     * Default: the connection is aborted, which most pools notice.
     */
    public NodeSpec evict(Consumer<Connection> evict) {
        Checks.present("evict", evict);
        return with(copy -> copy.evict = evict);
    }

    /**
     * How to make the pool throw all its connections away, those that are lent when they come back; called when the node died or no
     * longer is the primary, so that nobody is given a connection of that time. Default: nothing is done, and the pool has to notice.
     */
    public NodeSpec evictAll(Runnable evictAll) {
        Checks.present("evictAll", evictAll);
        return with(copy -> copy.evictAll = evictAll);
    }

    /**
     * The longest that the pool itself lets a caller wait. Where that is not longer than the router lets it (for reads {@code acquireTimeout}, for
     * units that may write {@code failoverWait}), connections are taken on the caller's own thread; otherwise, and by default, on one of the
     * router's, which is left behind in the pool when the time is up.
     */
    public NodeSpec poolTimeout(Supplier<Duration> timeout) {
        Checks.present("poolTimeout", timeout);
        return with(copy -> copy.poolTimeout = timeout);
    }

    /**
     * How to take a connection within a time of the caller's choice; goes before {@link #poolTimeout}. Connections are then taken on the caller's own
     * thread, however patient the pool itself is. Two wait for another thread: a writer who finds the pool full, and who is kept longer than he may
     * be by a node that hangs, as the first may be after a pause if {@link TimedPool#longestTrial} is longer than the wait. Default: not possible.
     */
    public NodeSpec timed(TimedPool pool) {
        Checks.present("timed", pool);
        return with(copy -> copy.timed = pool);
    }

    /** The node's name. */
    public String name() {
        return name;
    }

    /** The application's pool. */
    public DataSource dataSource() {
        return dataSource;
    }

    /** Its weight. */
    public int weight() {
        return weight;
    }

    /** The zone that it is in. */
    public Optional<String> zone() {
        return Optional.ofNullable(zone);
    }

    /** What it is kept for; empty for ordinary reads. */
    public Set<String> tags() {
        return tags;
    }

    /** Where probes connect. */
    public Optional<ProbeSource> probe() {
        return Optional.ofNullable(probe);
    }

    /** How full the pool is. */
    public Optional<Supplier<PoolUsage>> pool() {
        return Optional.ofNullable(pool);
    }

    /** How to throw a connection away. */
    public Optional<Consumer<Connection>> evict() {
        return Optional.ofNullable(evict);
    }

    /** How to throw all connections away. */
    public Optional<Runnable> evictAll() {
        return Optional.ofNullable(evictAll);
    }

    /** The longest wait in the pool. */
    public Optional<Supplier<Duration>> poolTimeout() {
        return Optional.ofNullable(poolTimeout);
    }

    /** How to take a connection within a time. */
    public Optional<TimedPool> timed() {
        return Optional.ofNullable(timed);
    }

    @Override
    public String toString() {
        return "NodeSpec[" + name + ", weight=" + weight + (zone == null ? "" : ", zone=" + zone)
                + (tags.isEmpty() ? "" : ", tags=" + tags) + "]";
    }
}
