package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * H2 2.2 and newer. Claims optimistically: its {@code FOR UPDATE SKIP LOCKED} applies the limit before it skips, and locks every row it
 * scans.
 */
final class H2Dialect extends OptimisticDialect {
    @Override
    public String name() {
        return "h2";
    }

    @Override
    public String now() {
        return "current_timestamp";
    }

    @Override
    public String plusMillis(String expression) {
        return "dateadd(millisecond, ?, " + expression + ")";
    }

    @Override
    public String millisSince(String expression) {
        return "datediff(millisecond, " + expression + ", current_timestamp)";
    }

    @Override
    public String nextPosition() {
        return "next value for headroom_job_pos";
    }

    @Override
    public int mostLocked() {
        // Each that others have locked is tried, one by one.
        return 50;
    }

    @Override
    public String transaction(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select transaction_id()");
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }

    @Override
    public void checkFiles(Connection connection) throws SQLException {
        H2Files.check(connection);
    }

    @Override
    public boolean isDuplicate(SQLException failure) {
        return "23505".equals(failure.getSQLState());
    }

    @Override
    public void lockSchema(Connection connection) {
        // Its script does nothing where the tables are there already.
    }

    @Override
    public String insertIfAbsent(String table, String key, String columns, String values) {
        return "merge into " + table + " as t using (values (?)) as n(k) on t." + key
                + " = n.k when not matched then insert (" + key + ", " + columns + ") values (n.k, " + values + ")";
    }

    @Override
    public void insertLimits(Connection connection, SortedMap<String, Room> rooms) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "merge into headroom_job_limit as l using (values (?, ?, ?, ?)) as n(limit_key, running, every_micros,"
                        + " burst) on l.limit_key = n.limit_key when not matched then insert (limit_key, running,"
                        + " every_micros, burst, turn) values (n.limit_key, n.running, n.every_micros, n.burst, ("
                        + epochMillis() + ") * 1000)")) {
            for (Map.Entry<String, Room> each : rooms.entrySet()) {
                Keys.bind(statement, 0, each.getKey(), each.getValue());
                statement.executeUpdate();
            }
        }
    }

    @Override
    public void lockLimits(Connection connection, String columns, Set<String> sorted, String lock, Reader reader)
            throws SQLException {
        // One by one, since it locks every row that it scans.
        try (PreparedStatement statement = connection.prepareStatement(
                "select " + columns + " from headroom_job_limit where limit_key = ?" + lock)) {
            for (String key : sorted) {
                statement.setString(1, key);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        reader.read(rows);
                    }
                }
            }
        }
    }

    @Override
    public List<Long> lockFree(Connection connection, List<Long> ids, int state, String lock) throws SQLException {
        // One by one, since it locks every row that it scans.
        List<Long> locked = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "select id from headroom_job where id = ? and state = ?" + lock + " skip locked")) {
            for (long id : ids) {
                statement.setLong(1, id);
                statement.setInt(2, state);
                try (ResultSet rows = statement.executeQuery()) {
                    if (rows.next()) {
                        locked.add(id);
                    }
                }
            }
        }
        return locked;
    }
}
