package dev.headroom.router.hikari;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.pool.HikariPool;
import dev.headroom.config.Checks;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.PoolUsage;
import dev.headroom.router.ProbeSource;
import dev.headroom.router.TimedPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Nodes whose pools are HikariCP's: probe, usage, timeouts and eviction are taken from the pool.
 *
 * <p>Connections are taken on the caller's own thread, for as long as the router says ({@code acquireTimeout}, {@code failoverWait}), whatever the
 * pool's {@code connectionTimeout} is. Give pools a {@code validationTimeout} of 250 ms, HikariCP's least: in the two tenths of a second before the probe of a
 * node that hangs is late, who takes a connection that has lain idle for more than half a second may be kept for so long (HikariCP's default: 5 s).
 *
 * <pre>{@code
 * ReplicaRouter.builder("main").primary(HikariNodes.node("p", primaryPool)).replica(HikariNodes.node("r1", replicaPool))
 * }</pre>
 */
public final class HikariNodes {
    private HikariNodes() {}

    /**
     * A node with this pool. Probes connect with the pool's {@code jdbcUrl}, user and password; a pool that is set up by a driver's data
     * source needs {@link NodeSpec#probe} of its own.
     */
    public static NodeSpec node(String name, HikariDataSource pool) {
        Checks.present("pool", pool);
        NodeSpec node = NodeSpec.of(name, pool)
                .pool(() -> usage(pool))
                .evict(pool::evictConnection)
                .evictAll(() -> evictAll(pool))
                .poolTimeout(() -> longestWait(pool));
        if (Timed.suits(pool)) {
            node = node.timed(new Timed(pool));
        }
        if (pool.getJdbcUrl() != null) {
            return node.probe(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword());
        }
        return pool.getDataSource() != null ? node.probe(ProbeSource.of(pool.getDataSource())) : node;
    }

    /** The last moment of the wait may be spent on a connection that turns out to be dead. */
    private static Duration longestWait(HikariDataSource pool) {
        return Duration.ofMillis(pool.getConnectionTimeout() + pool.getValidationTimeout());
    }

    /** HikariCP's own pool takes a time from its caller; the data source before it does not. */
    private record Timed(HikariDataSource source) implements TimedPool {
        private static final boolean KNOWN = known();

        private static boolean known() {
            try {
                return HikariPool.class.getMethod("getConnection", long.class).getReturnType() == Connection.class;
            } catch (ReflectiveOperationException | LinkageError anotherVersion) {
                return false;
            }
        }

        /** A subclass may do more when a connection is taken, and a pool that can be suspended may keep callers for ever. */
        static boolean suits(HikariDataSource source) {
            return KNOWN && source.getClass() == HikariDataSource.class && !source.isAllowPoolSuspension();
        }

        @Override
        public boolean able() {
            return source.getHikariPoolMXBean() instanceof HikariPool && !source.isClosed();
        }

        @Override
        public Connection connection(Duration most) throws SQLException {
            return source.getHikariPoolMXBean() instanceof HikariPool pool
                    ? pool.getConnection(most.plusNanos(999_999).toMillis())
                    : source.getConnection();
        }

        @Override
        public Duration longestTrial() {
            return Duration.ofMillis(source.getValidationTimeout());
        }
    }

    private static void evictAll(HikariDataSource pool) {
        HikariPoolMXBean bean = pool.getHikariPoolMXBean();
        if (bean != null) {
            bean.softEvictConnections();
        }
    }

    private static PoolUsage usage(HikariDataSource pool) {
        HikariPoolMXBean bean = pool.getHikariPoolMXBean();
        if (bean == null) { // not started yet
            return new PoolUsage(0, 0, 0, pool.getMaximumPoolSize());
        }
        return new PoolUsage(
                bean.getActiveConnections(),
                bean.getIdleConnections(),
                bean.getThreadsAwaitingConnection(),
                pool.getMaximumPoolSize());
    }
}
