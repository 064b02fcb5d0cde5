package dev.headroom.queue.internal.sql;

import dev.headroom.queue.QueueLength;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The statements on queues: their interned names and what waits in them. */
public final class QueueTable {
    private final Dialect dialect;

    /** Statements in this dialect. */
    public QueueTable(Dialect dialect) {
        this.dialect = dialect;
    }

    /** Interns a name and returns all there are. */
    public Map<String, Integer> intern(Connection connection, String name) throws SQLException {
        dialect.insertQueue(connection, name);
        return all(connection);
    }

    /** All interned names. */
    public Map<String, Integer> all(Connection connection) throws SQLException {
        Map<String, Integer> queues = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement("select name, id from headroom_job_queue");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                queues.put(rows.getString(1), rows.getInt(2));
            }
        }
        return queues;
    }

    /** What waits in a queue. */
    public QueueLength length(Connection connection, int queue) throws SQLException {
        return new QueueLength(
                count(connection, "headroom_job where queue = ? and state = 0", queue),
                count(connection, "headroom_job where queue = ? and state = 2", queue),
                count(connection, "headroom_job where queue = ? and state = 1", queue),
                count(connection, "headroom_job_dead where queue = ?", queue),
                Duration.ofMillis(dialect.oldestReadyMillis(connection, queue)));
    }

    private static long count(Connection connection, String from, int queue) throws SQLException {
        String sql = "select count(*) from (select 1 from " + from + " limit " + QueueLength.COUNTED + ") as counted";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, queue);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
