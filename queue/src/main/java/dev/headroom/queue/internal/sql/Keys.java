package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** Limits' keys as parameters of one statement, see {@link Chunks#marks}; the last key fills up. */
final class Keys {
    /** MariaDB makes a join of a list of a thousand. */
    private static final int MOST = 512;

    private Keys() {}

    static void select(Connection connection, String sql, Collection<String> keys, Dialect.Reader reader)
            throws SQLException {
        for (List<String> some : Chunks.of(List.copyOf(keys), MOST)) {
            int marks = Chunks.marks(some.size());
            String in = "in (" + String.join(", ", Collections.nCopies(marks, "?")) + ")";
            try (PreparedStatement statement = connection.prepareStatement(sql.replace("in (keys)", in))) {
                for (int i = 0; i < marks; i++) {
                    statement.setString(i + 1, some.get(Math.min(i, some.size() - 1)));
                }
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        reader.read(rows);
                    }
                }
            }
        }
    }

    /** Binds a key and its limit after so many parameters; returns how many there are then. */
    static int bind(PreparedStatement statement, int bound, String key, Allowance allowance) throws SQLException {
        statement.setString(bound + 1, key);
        statement.setInt(bound + 2, allowance.running());
        statement.setLong(bound + 3, allowance.everyMicros());
        statement.setInt(bound + 4, allowance.burst());
        return bound + 4;
    }

    /** As a list of JSON. */
    static String json(Collection<String> keys) {
        StringBuilder json = new StringBuilder("[");
        for (String key : keys) {
            json.append(json.length() == 1 ? "\"" : ",\"");
            for (int i = 0; i < key.length(); i++) {
                char c = key.charAt(i);
                if (c < ' ' || c == '"' || c == '\\') {
                    json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                } else {
                    json.append(c);
                }
            }
            json.append('"');
        }
        return json.append(']').toString();
    }
}
