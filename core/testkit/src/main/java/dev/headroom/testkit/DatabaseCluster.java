package dev.headroom.testkit;

import java.util.List;

/**
 * A database server and its streaming standbys, of whatever product: what {@link PostgresCluster} and
 * {@link MariaDbCluster} have in common, so that one test can run on both.
 *
 * <p>Closing twice does no harm. Safe for use by several threads.
 */
public interface DatabaseCluster extends AutoCloseable {

    /** The current primary. */
    DatabaseNode primary();

    /** Every node but the primary, in the order they were made, whether they run or not. */
    List<? extends DatabaseNode> standbys();

    /** All nodes in the order they were made. */
    List<? extends DatabaseNode> nodes();

    /**
     * Adds a standby and returns it when it streams from the running primary.
     *
     * @throws IllegalStateException if the cluster runs outside the test kit
     */
    DatabaseNode addStandby();

    /**
     * Creates an empty database with a name of its own and waits until the standbys that follow have it.
     *
     * @return the database, to be closed, which drops it
     */
    TestDatabase createDatabase();

    /**
     * Waits until all standbys that follow the primary (they run, their replay is not paused, their stream not cut) have
     * replayed what it has committed by now.
     *
     * @throws ServiceException if they do not catch up in time
     */
    void waitUntilCaughtUp();

    /** Ends every server of the cluster and deletes the data if the directory is a temporary one. */
    @Override
    void close();
}
