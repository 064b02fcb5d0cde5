package dev.headroom.testkit;

import java.time.Duration;
import javax.sql.DataSource;

/**
 * One server of a {@link DatabaseCluster}, with the controls that make a standby lag or lose its primary.
 *
 * <p>Vocabulary: a standby (MariaDB says replica) <em>receives</em> the primary's log over a stream and <em>replays</em>
 * it; only what is replayed is visible to readers. Replay can be paused or delayed while the standby goes on receiving;
 * the stream can be cut, and then it does not receive either.
 *
 * <p>Every method returns when its effect has taken place. The controls of replay need a running standby and throw
 * {@link IllegalStateException} on a primary, on a node that is down or suspended, and on a server that runs outside
 * the test kit. Safe for use by several threads.
 *
 * <pre>{@code
 * DatabaseNode standby = cluster.standbys().get(0);
 * standby.replayDelay(Duration.ofSeconds(2));      // rows appear two seconds late
 * standby.cutStream();                             // nothing arrives any more
 * standby.restoreStream();
 * standby.waitUntilCaughtUp();
 * }</pre>
 */
public interface DatabaseNode extends ServiceProcess {

    /** The JDBC URL of the cluster's database on this node, with user and password in it. */
    String jdbcUrl();

    /**
     * The JDBC URL of a database on this node, with user and password in it.
     *
     * @param database the name of the database
     */
    String jdbcUrl(String database);

    /** The user that the URLs name. */
    String username();

    /** The password that the URLs name. */
    String password();

    /** Unpooled connections to the cluster's database on this node. */
    DataSource dataSource();

    /**
     * Unpooled connections to a database on this node.
     *
     * @param database the name of the database
     */
    DataSource dataSource(String database);

    /** Stops the replay; what was received stays invisible until {@link #resumeReplay}. Ends with a restart. */
    void pauseReplay();

    /** Goes on replaying. */
    void resumeReplay();

    /**
     * Lets every transaction become visible no earlier than this long after its commit on the primary.
     *
     * @param delay how late, in whole milliseconds on PostgreSQL and whole seconds on MariaDB; zero for at once (the
     *     default)
     * @throws IllegalArgumentException if the delay is negative or finer than the server can
     */
    void replayDelay(Duration delay);

    /**
     * Cuts the stream from the primary. It stays cut over a restart, until {@link #restoreStream}. On PostgreSQL, while
     * the replay is paused or waits for a delay to pass, the standby goes on receiving and the cut takes place afterwards.
     */
    void cutStream();

    /** Mends the stream and, when the primary runs and the replay does, returns as soon as it flows again. */
    void restoreStream();

    /**
     * Waits until this standby has replayed all that the primary has committed by now; on the primary there is nothing
     * to wait for.
     *
     * @throws IllegalStateException if it can't catch up because its replay is paused or its stream is cut
     * @throws ServiceException if it does not catch up in time
     */
    void waitUntilCaughtUp();
}
