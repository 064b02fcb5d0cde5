package dev.headroom.router.hikari;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.headroom.config.Checks;
import dev.headroom.router.NodeSpec;
import dev.headroom.router.PoolUsage;
import dev.headroom.router.ProbeSource;
import java.time.Duration;

/**
 * Nodes whose pools are HikariCP's: probe, usage, timeouts and eviction are taken from the pool.
 *
 * <p>Pools of replicas should be impatient: with {@code connectionTimeout} and {@code validationTimeout} at HikariCP's least, 250 ms each,
 * and the router's {@code acquireTimeout} at 500 ms, reads take connections without a change of thread.
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
        if (pool.getJdbcUrl() != null) {
            return node.probe(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword());
        }
        return pool.getDataSource() != null ? node.probe(ProbeSource.of(pool.getDataSource())) : node;
    }

    /** The last moment of the wait may be spent on a connection that turns out to be dead. */
    private static Duration longestWait(HikariDataSource pool) {
        return Duration.ofMillis(pool.getConnectionTimeout() + pool.getValidationTimeout());
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
