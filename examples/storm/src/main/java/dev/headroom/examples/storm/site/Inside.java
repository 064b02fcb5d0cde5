package dev.headroom.examples.storm.site;

import dev.headroom.testkit.PostgresCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/** What a site has in its database and its blob folder. Thread-safe. */
public final class Inside {
    private static final String BLOB = ".blob";

    private final PostgresCluster cluster;
    private final Path blobs;

    Inside(PostgresCluster cluster, Path blobs) {
        this.cluster = cluster;
        this.blobs = blobs;
    }

    /** The rows of a table. */
    public long rows(String table) throws SQLException {
        return numbers("select count(*) from " + table).iterator().next();
    }

    /** The numbers that a query finds on whichever node is the primary now. */
    public Set<Long> numbers(String query) throws SQLException {
        Set<Long> numbers = new HashSet<>();
        try (Connection connection = cluster.primary().dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                numbers.add(row.getLong(1));
            }
        }
        return numbers;
    }

    /** The blobs, finished ones only. */
    public long blobs() throws IOException {
        if (!Files.exists(blobs)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(blobs)) {
            return files.filter(file -> file.toString().endsWith(BLOB)).count();
        }
    }
}
