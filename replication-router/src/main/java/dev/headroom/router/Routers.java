package dev.headroom.router;

import dev.headroom.Component;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.internal.RouterGroup;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Several routers as one: functional partitions (orders here, everything else there), or the clusters of shards. Plugged into
 * {@code Headroom} in place of its routers, it brings their annotations, one cookie with the positions of all, and the health checks and
 * panels of each.
 *
 * <p>Positions of several clusters travel together in one token; each router looks at its own. When they are too many for one, a short entry stands for
 * those that have no room: reads there must see all that had committed when their request came. Partitions are switched one by one:
 * {@code routers.get("orders").control().refuseWrites(true)} leaves the others alone.
 *
 * <p>Thread-safe. {@link #close()} closes the routers.
 *
 * <pre>{@code
 * Routers routers = Routers.of(main, orders);           // the first is the one without @Cluster
 * Headroom headroom = Headroom.builder("shop").plug(routers).build();
 * DataSource dataSource = routers.dataSource();
 * List<Order> recent = routers.within("orders", () -> dao.recent());
 * }</pre>
 */
public interface Routers extends Component, Positions {
    /**
     * These routers as one.
     *
     * @param first the one that is used where no cluster is named; its cookie's name is that of all, and the longest life of all is its life
     * @throws dev.headroom.config.ConfigurationException if two have the same name
     */
    static Routers of(ReplicaRouter first, ReplicaRouter... others) {
        return RouterGroup.of(first, List.of(others));
    }

    /** The names of the clusters, the first one's first. */
    List<String> clusters();

    /**
     * The router of a cluster.
     *
     * @throws dev.headroom.config.ConfigurationException if there is none of this name
     */
    ReplicaRouter get(String cluster);

    /** The data source whose connections are to the thread's cluster: that of {@link Cluster} or {@link #within}, or else the first. */
    DataSource dataSource();

    /** The thread's cluster. */
    String current();

    /**
     * Runs the call with this as the thread's cluster.
     *
     * @throws dev.headroom.config.ConfigurationException if there is none of this name
     */
    <T extends @Nullable Object> T within(String cluster, Callable<T> call) throws Exception;

    /** What each router admits of a position from outside, together. */
    @Override
    ConsistencyToken admit(String untrusted);
}
