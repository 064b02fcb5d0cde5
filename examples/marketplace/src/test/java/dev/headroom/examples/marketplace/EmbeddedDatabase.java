package dev.headroom.examples.marketplace;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;

/** The primary that a marketplace keeps in its folder, looked at from outside. */
record EmbeddedDatabase(String url, String password) {
    /** The fourth line of PostgreSQL's {@code postmaster.pid} is the port. */
    private static final int PORT_LINE = 3;

    static EmbeddedDatabase of(Path dataDir) throws IOException {
        Path folder = dataDir.resolve("postgres");
        Properties cluster = new Properties();
        try (Reader file = Files.newBufferedReader(folder.resolve("cluster.properties"))) {
            cluster.load(file);
        }
        List<String> lines = Files.readAllLines(
                folder.resolve(cluster.getProperty("primary")).resolve("postmaster.pid"));
        return new EmbeddedDatabase(
                "jdbc:postgresql://127.0.0.1:" + lines.get(PORT_LINE).strip() + "/marketplace",
                cluster.getProperty("password"));
    }

    long number(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", password);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
