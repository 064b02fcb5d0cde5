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

/** H2 2.2 and newer. Its claims are {@link H2Claims}. */
final class H2Dialect implements Dialect {
    private final H2Claims claims = new H2Claims();

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
    public List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException {
        return claims.claim(connection, claim);
    }

    @Override
    public List<LockedJob> lock(Connection connection, Claim claim) throws SQLException {
        return claims.lock(connection, claim);
    }

    @Override
    public int promoteDue(Connection connection, int limit, long overdueMillis) throws SQLException {
        String sql = "select id from headroom_job where state = 2 and run_at <= " + now()
                + " order by state, run_at limit ?";
        List<Long> due = Sql.longs(connection, sql, limit);
        return due.isEmpty() ? 0 : promote(connection, due.stream().sorted().toList());
    }

    private int promote(Connection connection, List<Long> due) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update headroom_job set state = 0, pos = " + nextPosition() + " where id = ? and state = 2")) {
            for (long id : due) {
                statement.setLong(1, id);
                statement.addBatch();
            }
            return JobTable.counted(due, statement.executeBatch()).size();
        }
    }

    @Override
    public long oldestReadyMillis(Connection connection, int queue) throws SQLException {
        long oldest = 0;
        String select =
                "select " + millisSince("run_at") + " from headroom_job where queue = ? and state = 0 and priority = ?"
                        + " and criticality = ? order by queue, state, priority, criticality, lane, pos limit 1";
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setInt(1, queue);
            for (Slot slot : Slot.ALL) {
                statement.setInt(2, slot.priority());
                statement.setInt(3, slot.criticality());
                try (ResultSet rows = statement.executeQuery()) {
                    oldest = rows.next() ? Math.max(oldest, rows.getLong(1)) : oldest;
                }
            }
        }
        return oldest;
    }

    @Override
    public String insertIfAbsent(String table, String key, String columns, String values) {
        return "merge into " + table + " as t using (values (?)) as n(k) on t." + key
                + " = n.k when not matched then insert (" + key + ", " + columns + ") values (n.k, " + values + ")";
    }

    @Override
    public void insertLimits(Connection connection, SortedMap<String, Allowance> allowances) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "merge into headroom_job_limit as l using (values (?, ?, ?, ?)) as n(limit_key, running, every_micros,"
                        + " burst) on l.limit_key = n.limit_key when not matched then insert (limit_key, running,"
                        + " every_micros, burst, turn) values (n.limit_key, n.running, n.every_micros, n.burst, ("
                        + epochMillis() + ") * 1000)")) {
            for (Map.Entry<String, Allowance> each : allowances.entrySet()) {
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
