package dev.headroom.testkit;

import dev.headroom.testkit.internal.mariadb.ExternalMariaDb;
import java.util.List;

/**
 * A MariaDB primary and its replicas with global transaction ids (GTID), run from the server that is installed on the
 * machine; where there is none, the error names the package to install.
 *
 * <p>The data lives in a temporary directory and goes with the cluster. The replicas are read-only, and the user of the
 * URLs has every right but the one to write there nevertheless. The binary log is written in rows and reaches the
 * operating system, not the disk, with each commit: what was committed survives {@link DatabaseNode#kill}.
 *
 * <p>Needs {@code org.mariadb.jdbc:mariadb-java-client} on the class path. Closing twice does no harm. Safe for use by
 * several threads.
 *
 * <pre>{@code
 * try (MariaDbCluster cluster = MariaDbCluster.builder().standbys(1).start()) {
 *     TestDatabase database = cluster.createDatabase();
 *     cluster.standbys().get(0).replayDelay(Duration.ofSeconds(3));
 * }
 * }</pre>
 */
public interface MariaDbCluster extends DatabaseCluster {

    /** Returns a builder of a cluster with one primary and no replica. */
    static MariaDbClusterBuilder builder() {
        return new MariaDbClusterBuilder();
    }

    /**
     * Returns a server that runs outside the test kit as a cluster without replicas. It can be used and not be broken:
     * every control throws {@link IllegalStateException}. Closing it does nothing.
     *
     * @param jdbcUrl a MariaDB URL with a database, user and password, for example
     *     {@code jdbc:mariadb://db:3306/test?user=test&password=secret}; the user must be allowed to create databases
     * @throws IllegalArgumentException if the URL is not one of MariaDB or names no database
     */
    static MariaDbCluster external(String jdbcUrl) {
        return new ExternalMariaDb(jdbcUrl);
    }

    /** The current primary; after {@link MariaDbNode#promote} the promoted node. */
    @Override
    MariaDbNode primary();

    @Override
    List<MariaDbNode> standbys();

    @Override
    List<MariaDbNode> nodes();

    /**
     * Adds a replica, which replays the whole log of the primary, and returns it when it has caught up.
     *
     * @throws IllegalStateException if the cluster runs outside the test kit
     */
    @Override
    MariaDbNode addStandby();
}
