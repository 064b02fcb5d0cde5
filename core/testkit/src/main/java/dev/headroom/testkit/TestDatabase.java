package dev.headroom.testkit;

import java.util.List;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * A database of its own for one test, in a cluster that many tests share.
 *
 * <p>Addresses are asked of the cluster each time: after a promotion {@link #dataSource()} is on the new primary. Closing
 * drops the database with whatever connections there are, and does nothing when the primary is down.
 *
 * <pre>{@code
 * try (TestDatabase database = SharedPostgres.createDatabase()) {
 *     new Orders(database.dataSource()).install();
 * }
 * }</pre>
 */
public final class TestDatabase implements AutoCloseable {

    private final DatabaseCluster cluster;
    private final String name;
    private final Consumer<String> drop;

    /**
     * Names a database that exists in a cluster.
     *
     * @param cluster the cluster
     * @param name the database
     * @param drop drops the database of that name
     */
    public TestDatabase(DatabaseCluster cluster, String name, Consumer<String> drop) {
        this.cluster = cluster;
        this.name = name;
        this.drop = drop;
    }

    /** The name of the database. */
    public String name() {
        return name;
    }

    /** The cluster it is in. */
    public DatabaseCluster cluster() {
        return cluster;
    }

    /** The JDBC URL on the primary, with user and password in it. */
    public String jdbcUrl() {
        return jdbcUrl(cluster.primary());
    }

    /** The JDBC URL on a node of the cluster, with user and password in it. */
    public String jdbcUrl(DatabaseNode node) {
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
    public DataSource dataSource(DatabaseNode node) {
        return node.dataSource(name);
    }

    /** Unpooled connections to the standbys, in their order. */
    public List<DataSource> standbyDataSources() {
        return cluster.standbys().stream().map(this::dataSource).toList();
    }

    /** Drops the database. */
    @Override
    public void close() {
        if (cluster.primary().running()) {
            drop.accept(name);
        }
    }
}
