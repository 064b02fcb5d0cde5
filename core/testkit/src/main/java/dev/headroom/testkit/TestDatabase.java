package dev.headroom.testkit;

import dev.headroom.testkit.internal.postgres.Sql;
import java.util.List;
import javax.sql.DataSource;

/**
 * A database of its own for one test, in a cluster that many tests share.
 *
 * <p>Addresses are asked of the cluster each time: after a promotion {@link #dataSource()} is on the new primary. Closing
 * drops the database with whatever connections there are, and does nothing when the primary is down.
 *
 * <pre>{@code
 * try (TestDatabase database = SharedPostgres.createDatabase()) {
 *     try (Connection connection = database.dataSource().getConnection()) { … }
 * }
 * }</pre>
 */
public final class TestDatabase implements AutoCloseable {

    private final PostgresCluster cluster;
    private final String name;

    /**
     * Names a database that exists in a cluster.
     *
     * @param cluster the cluster
     * @param name the database
     */
    public TestDatabase(PostgresCluster cluster, String name) {
        this.cluster = cluster;
        this.name = name;
    }

    /** The name of the database. */
    public String name() {
        return name;
    }

    /** The cluster it is in. */
    public PostgresCluster cluster() {
        return cluster;
    }

    /** The JDBC URL on the primary, with user and password in it. */
    public String jdbcUrl() {
        return jdbcUrl(cluster.primary());
    }

    /** The JDBC URL on a node of the cluster, with user and password in it. */
    public String jdbcUrl(PostgresNode node) {
        return node.jdbcUrl(name);
    }

    /** The JDBC URLs on the standbys, in their order. */
    public List<String> standbyJdbcUrls() {
        return cluster.standbys().stream().map(this::jdbcUrl).toList();
    }

    /** Unpooled connections to the primary. */
    public DataSource dataSource() {
        return dataSource(cluster.primary());
    }

    /** Unpooled connections to a node of the cluster. */
    public DataSource dataSource(PostgresNode node) {
        return node.dataSource(name);
    }

    /** Unpooled connections to the standbys, in their order. */
    public List<DataSource> standbyDataSources() {
        return cluster.standbys().stream().map(this::dataSource).toList();
    }

    /** Drops the database. */
    @Override
    public void close() {
        if (!cluster.primary().running()) {
            return;
        }
        Sql.execute(cluster.primary().jdbcUrl(), "drop database if exists \"" + name + "\" with (force)");
    }
}
