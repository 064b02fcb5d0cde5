package dev.headroom.router;

import dev.headroom.Component;
import dev.headroom.transaction.TransactionHook;
import java.util.List;
import javax.sql.DataSource;

/**
 * Splits reads from writes over a primary and its replicas, and knows how far every replica is behind.
 *
 * <p>Vocabulary: a <em>unit</em> of work is a transaction, or in auto-commit mode a statement. A replica's <em>lag</em> is an upper
 * bound of the age of the oldest commit it does not show yet. A <em>position</em> is a place in the primary's log; a read that
 * carries one goes only to a node that has reached it.
 *
 * <p>Writes go to the primary. Units that are said to only read ({@link ReadOnly}, {@link RouteScope}, {@code setReadOnly(true)}) go
 * to a replica that answers, is fresh enough and has reached the position of the current request; a request thus always sees its own
 * writes, and never goes back in time. SQL is never parsed. What is not known for certain counts as late. When no replica may answer,
 * a bounded number of reads is diverted to the primary.
 *
 * <p>Replicas may be those of PostgreSQL and MariaDB, and with a heartbeat table those of any other database ({@link Dialects}). With a
 * primary alone any database works, and there are no positions.
 *
 * <p>Thread-safe. {@link #close()} stops the probes and leaves the application's pools alone.
 *
 * <pre>{@code
 * ReplicaRouter router = ReplicaRouter.builder("main")
 *     .primary(HikariNodes.node("p", primaryPool))
 *     .replica(HikariNodes.node("r1", replicaPool))
 *     .build();
 * DataSource dataSource = router.dataSource();      // for Spring, Hibernate, jOOQ, plain JDBC …
 * }</pre>
 */
public interface ReplicaRouter extends Component, Positions {
    /**
     * A builder of the router for one cluster.
     *
     * @param name the cluster's name, in positions, meters and logs
     * @throws dev.headroom.config.ConfigurationException if it is not a name
     */
    static ReplicaRouterBuilder builder(String name) {
        return new ReplicaRouterBuilder(name);
    }

    /** The data source to give to the application; its connections are {@link Routed} and choose their node at the first statement. */
    DataSource dataSource();

    /** Work after the commit of a connection of {@link #dataSource()}. */
    TransactionHook transactionHook();

    /** What is known of every node now, the configured primary first. */
    List<NodeStatus> nodes();

    /**
     * What statements of each shape cost so far, the most expensive in all first; empty unless {@link ReplicaRouterBuilder#digest} is on.
     */
    List<QueryDigest> digest();

    /** Drains nodes, refuses writes, swaps the primary: for people and their tools. */
    RouterControl control();

    /** What a unit in this scope would get now on this thread, and why; takes no connection and waits for nothing. */
    RouteDecision decide(RouteScope scope);
}
