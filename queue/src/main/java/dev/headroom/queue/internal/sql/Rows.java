package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;

/** Inserts many rows by few statements. */
final class Rows {
    /** So many go by one statement. */
    static final int AT_ONCE = 100;

    private Rows() {}

    /** Binds the parameters of one row after so many. */
    @FunctionalInterface
    interface Binder<T> {
        /** Returns how many parameters there are then. */
        int bind(PreparedStatement statement, int bound, T row) throws SQLException;
    }

    /**
     * Inserts rows.
     *
     * @param into the statement up to and with {@code values}
     * @param row the marks of one row, in brackets
     */
    static <T> void insert(Connection connection, String into, String row, List<T> rows, Binder<T> binder)
            throws SQLException {
        for (List<T> few : Chunks.of(rows, AT_ONCE)) {
            String sql = into + " " + String.join(", ", Collections.nCopies(few.size(), row));
            try (PreparedStatement insert = connection.prepareStatement(sql)) {
                int bound = 0;
                for (T each : few) {
                    bound = binder.bind(insert, bound, each);
                }
                insert.executeUpdate();
            }
        }
    }
}
