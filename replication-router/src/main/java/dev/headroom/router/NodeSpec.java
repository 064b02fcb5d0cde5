package dev.headroom.router;

import dev.headroom.config.Checks;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
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
    private final int weight;
    private final @Nullable ProbeSource probe;
    private final @Nullable Supplier<PoolUsage> pool;
    private final @Nullable Consumer<Connection> evict;
    private final @Nullable Runnable evictAll;
    private final @Nullable Supplier<Duration> poolTimeout;

    private NodeSpec(
            String name,
            DataSource dataSource,
            int weight,
            @Nullable ProbeSource probe,
            @Nullable Supplier<PoolUsage> pool,
            @Nullable Consumer<Connection> evict,
            @Nullable Runnable evictAll,
            @Nullable Supplier<Duration> poolTimeout) {
        this.name = name;
        this.dataSource = dataSource;
        this.weight = weight;
        this.probe = probe;
        this.pool = pool;
        this.evict = evict;
        this.evictAll = evictAll;
        this.poolTimeout = poolTimeout;
    }

    /**
     * A node of weight 1.
     *
     * @param name unique in the router; seen in meters, the console and debug lines, for example {@code r1}
     * @param pool the application's pool of connections to this node and no other
     * @throws dev.headroom.config.ConfigurationException if the name is not one, or the pool is null
     */
    public static NodeSpec of(String name, DataSource pool) {
        return new NodeSpec(Checks.name("node", name), Checks.present("pool", pool), 1, null, null, null, null, null);
    }

    /**
     * How much of the reads it takes against its siblings: a node of weight 2 is given twice the units in flight. Default 1.
     *
     * @throws dev.headroom.config.ConfigurationException if not 1 to 1000
     */
    public NodeSpec weight(int weight) {
        return new NodeSpec(
                name, dataSource, Checks.between("weight", weight, 1, 1000), probe, pool, evict, evictAll, poolTimeout);
    }

    /** Where the router's own connections for probing come from. Default: none, enough for a router without replicas. */
    public NodeSpec probe(ProbeSource probe) {
        return new NodeSpec(
                name, dataSource, weight, Checks.present("probe", probe), pool, evict, evictAll, poolTimeout);
    }

    /** Probes through {@link java.sql.DriverManager}; user and password may be null where the URL has them. */
    public NodeSpec probe(String url, @Nullable String user, @Nullable String password) {
        return probe(ProbeSource.url(url, user, password));
    }

    /** How full the pool is; makes the signal {@code router.pool} and lets reads skip a needless wait. Default: not known. */
    public NodeSpec pool(Supplier<PoolUsage> usage) {
        return new NodeSpec(
                name, dataSource, weight, probe, Checks.present("pool", usage), evict, evictAll, poolTimeout);
    }

    /**
     * How to make the pool throw a connection away instead of using it again, for example {@code hikari::evictConnection}.
     * Default: the connection is aborted, which most pools notice.
     */
    public NodeSpec evict(Consumer<Connection> evict) {
        return new NodeSpec(
                name, dataSource, weight, probe, pool, Checks.present("evict", evict), evictAll, poolTimeout);
    }

    /**
     * How to make the pool throw all its connections away, those that are lent when they come back; called when the node died or no
     * longer is the primary, so that nobody is given a connection of that time. Default: nothing is done, and the pool has to notice.
     */
    public NodeSpec evictAll(Runnable evictAll) {
        return new NodeSpec(
                name, dataSource, weight, probe, pool, evict, Checks.present("evictAll", evictAll), poolTimeout);
    }

    /**
     * The longest that the pool itself lets a caller wait. Where that is not longer than the router's {@code acquireTimeout}, reads take
     * connections on their own thread; otherwise, and by default, on one of the router's, which is left behind in the pool when the time
     * is up.
     */
    public NodeSpec poolTimeout(Supplier<Duration> timeout) {
        return new NodeSpec(
                name, dataSource, weight, probe, pool, evict, evictAll, Checks.present("poolTimeout", timeout));
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

    @Override
    public String toString() {
        return "NodeSpec[" + name + ", weight=" + weight + "]";
    }
}
