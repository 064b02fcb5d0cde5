package dev.headroom.examples.marketplace;

import dev.headroom.storage.BlobStore;
import dev.headroom.storage.FileBlobStore;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.PostgresNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;

/** A primary and a standby that a test may break, and settings for instances that use them. */
final class SharedSite implements AutoCloseable {
    private final PostgresCluster cluster;
    private final Path folder;

    SharedSite(Path folder) {
        this.folder = folder;
        this.cluster =
                PostgresCluster.builder().database("marketplace").standbys(1).start();
    }

    /** Starts an instance with a folder of its own and what is shared. */
    RunningMarketplace instance(String name, Map<String, String> more) throws IOException {
        PostgresNode primary = cluster.primary();
        Map<String, String> environment = new HashMap<>(Map.of(
                "DATABASE_URL", primary.jdbcUrl(),
                "DATABASE_USER", primary.username(),
                "DATABASE_PASSWORD", primary.password(),
                "REPLICA_URLS", standby().jdbcUrl(),
                "BLOB_DIR", blobs().toString()));
        environment.putAll(more);
        return RunningMarketplace.start(folder.resolve(name), environment);
    }

    PostgresNode standby() {
        return cluster.standbys().get(0);
    }

    long number(String sql) throws SQLException {
        return number(cluster.primary(), sql);
    }

    static long number(PostgresNode node, String sql) throws SQLException {
        try (Connection connection = node.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Nobody can write to the table until this is closed. */
    AutoCloseable locked(String table) throws SQLException {
        Connection connection = cluster.primary().dataSource().getConnection();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("lock table " + table + " in exclusive mode");
        }
        return () -> {
            connection.rollback();
            connection.close();
        };
    }

    /** The store of photographs of all instances. */
    BlobStore photos() {
        return FileBlobStore.builder("photos", blobs()).build();
    }

    DataSource database() {
        return cluster.primary().dataSource();
    }

    /** How many files there are for photographs, finished or half written. */
    long blobFiles() throws IOException {
        if (Files.notExists(blobs())) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(blobs())) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    private Path blobs() {
        return folder.resolve("blobs");
    }

    @Override
    public void close() {
        cluster.close();
    }
}
