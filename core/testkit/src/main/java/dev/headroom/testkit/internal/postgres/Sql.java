package dev.headroom.testkit.internal.postgres;

import dev.headroom.testkit.ServiceException;
import dev.headroom.testkit.internal.Waiting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** Runs the statements by which the test kit controls a server, each on a connection of its own with time limits. */
public final class Sql {

    private static final int CONNECT_SECONDS = 10;
    private static final int ANSWER_SECONDS = 120;

    private Sql() {}

    /** Runs statements without a result, in autocommit mode. */
    public static void execute(String jdbcUrl, String... statements) {
        try (Connection connection = connect(jdbcUrl);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new ServiceException(String.join("; ", statements) + ": " + e.getMessage(), e);
        }
    }

    /** Runs a query and returns the first column of its first row as text, null if it is null or there is no row. */
    static @Nullable String value(String jdbcUrl, String query) {
        try (Connection connection = connect(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : null;
        } catch (SQLException e) {
            throw new ServiceException(query + ": " + e.getMessage(), e);
        }
    }

    /** Runs a query of one boolean. */
    static boolean holds(String jdbcUrl, String query) {
        return "t".equals(value(jdbcUrl, query));
    }

    /** Runs a query of one boolean on one connection, again and again, until it holds or the time is over. */
    static boolean holdsWithin(Duration timeout, String jdbcUrl, String query) {
        try (Connection connection = connect(jdbcUrl);
                Statement statement = connection.createStatement()) {
            return Waiting.holdsWithin(timeout, () -> holds(statement, query));
        } catch (SQLException e) {
            throw new ServiceException(query + ": " + e.getMessage(), e);
        }
    }

    private static boolean holds(Statement statement, String query) {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw new ServiceException(query + ": " + e.getMessage(), e);
        }
    }

    static Connection connect(String jdbcUrl) throws SQLException {
        PGSimpleDataSource source = dataSource(jdbcUrl);
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(CONNECT_SECONDS);
        source.setSocketTimeout(ANSWER_SECONDS);
        return source.getConnection();
    }

    static PGSimpleDataSource dataSource(String jdbcUrl) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(jdbcUrl);
        return source;
    }
}
