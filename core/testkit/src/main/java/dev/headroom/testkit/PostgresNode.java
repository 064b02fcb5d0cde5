package dev.headroom.testkit;

/**
 * One PostgreSQL server of a {@link PostgresCluster}: a {@link DatabaseNode} that can take the primary's place.
 *
 * <p>The user of its URLs is a superuser when the test kit started the server. Safe for use by several threads.
 *
 * <pre>{@code
 * cluster.primary().kill();
 * standby.promote();
 * other.follow(standby);
 * }</pre>
 */
public interface PostgresNode extends DatabaseNode {

    /**
     * Makes this standby the primary of the cluster. The former one is not touched: kill or stop it first, or two
     * primaries run.
     */
    void promote();

    /**
     * Makes this node a standby of another primary. A standby is pointed there; where that does not work because it has
     * replayed what the new primary never had, and for a former primary, the data is thrown away and copied anew.
     *
     * @param primary the node to follow
     */
    void follow(PostgresNode primary);
}
