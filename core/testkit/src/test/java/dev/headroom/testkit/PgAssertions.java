package dev.headroom.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** Short statements for tests. */
final class PgAssertions {

    private PgAssertions() {}

    static void update(DataSource source, String sql) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    static int rows(DataSource source, String table) {
        return Integer.parseInt(value(source, "select count(*) from " + table));
    }

    static String value(DataSource source, String query) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new AssertionError(query, e);
        }
    }
}
