package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Numbers as parameters of one statement, see {@link Chunks#marks}; the last number fills up. */
final class Ids {
    private static final int MOST = 1_024;

    private Ids() {}

    /** The condition that a column has one of so many numbers. */
    static String in(int count) {
        return " in (" + String.join(", ", Collections.nCopies(Chunks.marks(count), "?")) + ")";
    }

    /** Binds the numbers after so many parameters; returns how many there are then. */
    static int bind(PreparedStatement statement, int bound, List<Long> ids) throws SQLException {
        int marks = Chunks.marks(ids.size());
        for (int i = 0; i < marks; i++) {
            statement.setLong(bound + 1 + i, ids.get(Math.min(i, ids.size() - 1)));
        }
        return bound + marks;
    }

    /** The numbers in their order, cut into as many as one statement takes. */
    static List<List<Long>> chunks(Collection<Long> ids) {
        return Chunks.of(ids.stream().sorted().toList(), MOST);
    }

    /**
     * The numbers of the rows that a select finds.
     *
     * @param select ends with the column that has one of the numbers
     * @param end what follows
     */
    static List<Long> found(Connection connection, String select, Collection<Long> ids, String end)
            throws SQLException {
        List<Long> found = new ArrayList<>();
        for (List<Long> chunk : chunks(ids)) {
            try (PreparedStatement statement = connection.prepareStatement(select + in(chunk.size()) + end)) {
                bind(statement, 0, chunk);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.add(rows.getLong(1));
                    }
                }
            }
        }
        return found;
    }

    /** The same, locked, in their order. */
    static List<Long> locked(Connection connection, String select, Collection<Long> ids, String condition)
            throws SQLException {
        return found(connection, select, ids, condition + " order by id for update");
    }

    /**
     * Runs a delete or update whose text ends with the column that has one of the numbers. One statement for each number, sent together:
     * for several at once MariaDB may read a small table from end to end, and waits for rows that others have locked and nobody asks for.
     */
    static int change(Connection connection, String change, Collection<Long> ids) throws SQLException {
        int changed = 0;
        for (List<Long> chunk : chunks(ids)) {
            try (PreparedStatement statement = connection.prepareStatement(change + " = ?")) {
                for (long id : chunk) {
                    statement.setLong(1, id);
                    statement.addBatch();
                }
                for (int count : statement.executeBatch()) {
                    changed += Math.max(0, count);
                }
            }
        }
        return changed;
    }
}
