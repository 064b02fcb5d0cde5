package dev.headroom.benchmarks.router;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Transactions as Spring's transaction manager does them. */
final class Transactions {
    private Transactions() {}

    /** One that only reads, and says so. */
    static boolean read(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            boolean any;
            try (PreparedStatement statement = connection.prepareStatement(sql);
                    ResultSet row = statement.executeQuery()) {
                any = row.next() && row.getBoolean(1);
            }
            connection.commit();
            connection.setAutoCommit(true);
            connection.setReadOnly(false);
            return any;
        }
    }

    /** One that writes. */
    static void write(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.executeUpdate();
            }
            connection.commit();
            connection.setAutoCommit(true);
        }
    }
}
