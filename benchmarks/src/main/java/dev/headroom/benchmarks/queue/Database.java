package dev.headroom.benchmarks.queue;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The database of one subject, and a connection beside its pools. */
final class Database implements AutoCloseable {
    final String url;
    private final Connection connection;

    Database(String url) throws SQLException {
        this.url = url;
        this.connection = pool(2).getConnection();
    }

    boolean isPostgres() {
        return url.startsWith("jdbc:postgresql:");
    }

    boolean isMariaDb() {
        return url.startsWith("jdbc:mariadb:");
    }

    /** A pool of so many connections. */
    HikariDataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }

    synchronized void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    synchronized long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    synchronized String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** A checkpoint: pages are written whole to the log when they are first changed after one, and that is to hit everybody alike. */
    void checkpoint() throws SQLException {
        if (isPostgres()) {
            execute("checkpoint");
        }
    }

    /** Statistics of what was loaded. */
    void analyze() throws SQLException {
        if (!isMariaDb()) {
            execute("analyze");
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
