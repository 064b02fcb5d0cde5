package dev.headroom.examples.marketplace.setup;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Plain JDBC in one line each. */
public final class Sql {
    private Sql() {}

    /** Makes something of a row. */
    @FunctionalInterface
    public interface Row<T> {
        /** Reads the row. */
        T read(ResultSet row) throws SQLException;
    }

    /** All rows of a query, on a connection of its own. */
    public static <T> List<T> query(DataSource database, String sql, Row<T> row, Object... parameters) {
        try (Connection connection = database.getConnection()) {
            return query(connection, sql, row, parameters);
        } catch (SQLException e) {
            throw new DatabaseException(e);
        }
    }

    /** All rows of a query. */
    public static <T> List<T> query(Connection connection, String sql, Row<T> row, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters);
                ResultSet rows = statement.executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(row.read(rows));
            }
            return all;
        }
    }

    /** Changes rows; says how many. */
    public static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    /** The database did not do what it was asked. */
    public static final class DatabaseException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** Wraps what the driver threw. */
        public DatabaseException(SQLException cause) {
            super(cause);
        }
    }
}
