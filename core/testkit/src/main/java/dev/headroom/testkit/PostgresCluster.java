package dev.headroom.testkit;

import dev.headroom.testkit.internal.postgres.ExternalPostgres;
import java.util.List;

/**
 * A PostgreSQL primary and its streaming standbys, run from the binaries that come as a Maven dependency: nothing needs
 * to be installed, and root may run it.
 *
 * <p>Without further ado the data lives in a temporary directory and goes with the cluster. With
 * {@link PostgresClusterBuilder#dataDirectory} it stays, and a later start takes it over, also after this JVM was killed
 * and left its servers running.
 *
 * <p>Commits wait for the primary's own log ({@code synchronous_commit=local}) and never for a standby. The servers
 * listen on 127.0.0.1, each cluster with a random password. Closing twice does no harm. Safe for use by several threads.
 *
 * <pre>{@code
 * try (PostgresCluster cluster = PostgresCluster.builder().standbys(1).start()) {
 *     TestDatabase database = cluster.createDatabase();
 *     database.dataSource();                           // on the primary
 *     cluster.standbys().get(0).pauseReplay();
 *     cluster.primary().kill();
 * }
 * }</pre>
 */
public interface PostgresCluster extends DatabaseCluster {

    /** Returns a builder of a cluster with one primary and no standby. */
    static PostgresClusterBuilder builder() {
        return new PostgresClusterBuilder();
    }

    /**
     * Returns a server that runs outside the test kit as a cluster without standbys. It can be used and not be broken:
     * every control throws {@link IllegalStateException}. Closing it does nothing.
     *
     * @param jdbcUrl a PostgreSQL URL with a database, user and password, for example
     *     {@code jdbc:postgresql://db:5432/postgres?user=test&password=secret}; the user must be allowed to create
     *     databases
     * @throws IllegalArgumentException if the URL is not one of PostgreSQL or names no database
     */
    static PostgresCluster external(String jdbcUrl) {
        return new ExternalPostgres(jdbcUrl);
    }

    /** The current primary; after {@link PostgresNode#promote} the promoted node. */
    @Override
    PostgresNode primary();

    @Override
    List<PostgresNode> standbys();

    @Override
    List<PostgresNode> nodes();

    /**
     * Adds a standby, as a copy of the running primary, and returns it when it streams.
     *
     * @throws IllegalStateException if the cluster runs outside the test kit
     */
    @Override
    PostgresNode addStandby();
}
