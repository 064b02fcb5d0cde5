package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of limits' keys and of limited jobs. */
final class LimitRows {
    /** Has no slot. */
    static final int FRESH = 0;

    /** Runs in a slot. */
    static final int RUNNING = 1;

    /** Is ready or scheduled, and has a slot. */
    static final int GRANTED = 2;

    /** Is put aside. */
    static final int BLOCKED = 3;

    /** Turns are given out for so long ahead; longer than the time between two sweeps, so that none is missed. */
    static final long AHEAD_MICROS = 1_500_000;

    static final int MOST_AT_ONCE = 500;

    static final String LOCK = " for update";
    static final String LOCK_IF_FREE = " for update skip locked";

    /** Who comes one by one to a door that is closed is looked for among so many. */
    private static final int LOOKED_AT = 2_000;

    /** A key that was used is written so often at least, when nothing else changes. */
    private static final long USED_MICROS = 60_000_000;

    private final Dialect dialect;

    LimitRows(Dialect dialect) {
        this.dialect = dialect;
    }

    /** A key as it was read; {@code turn} is when the next may begin, or was last used if it has no rate. */
    record Row(String key, Room room, long turn, boolean blocked, long now) {
        Row with(Room other) {
            return new Row(key, other, turn, blocked, now);
        }

        Row with(long newTurn, boolean nowBlocked) {
            return new Row(key, room, newTurn, nowBlocked, now);
        }
    }

    /** Locks a key's row, which is made if there is none. */
    Row lock(Connection connection, String key) throws SQLException {
        Row row = read(connection, key, LOCK);
        while (row == null) {
            dialect.insertLimit(connection, key);
            row = read(connection, key, LOCK);
        }
        return row;
    }

    @Nullable Row read(Connection connection, String key, String lock) throws SQLException {
        String sql = "select running, every_micros, burst, turn, blocked, " + dialect.epochMillis()
                + " from headroom_job_limit where limit_key = ?" + lock;
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, key);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next()
                        ? new Row(
                                key,
                                new Room(rows.getInt(1), rows.getLong(2), rows.getInt(3)),
                                rows.getLong(4),
                                rows.getInt(5) == 1,
                                rows.getLong(6) * 1_000)
                        : null;
            }
        }
    }

    /** Keeps what has changed: the limit too, as this process's code has it. */
    static void write(Connection connection, Row before, Row row) throws SQLException {
        boolean paced = row.room().everyMicros() > 0;
        if (row.equals(before) && (paced || row.now() - row.turn() < USED_MICROS)) {
            return;
        }
        try (PreparedStatement update = connection.prepareStatement(
                "update headroom_job_limit set running = ?, every_micros = ?, burst = ?, turn = ?, blocked = ?"
                        + " where limit_key = ?")) {
            update.setInt(1, row.room().running());
            update.setLong(2, row.room().everyMicros());
            update.setInt(3, row.room().burst());
            update.setLong(4, paced ? row.turn() : row.now());
            update.setInt(5, row.blocked() ? 1 : 0);
            update.setString(6, row.key());
            update.executeUpdate();
        }
    }

    /** The keys of which jobs are put aside and for which there may be room now, those longest unused first. */
    List<String> releasable(Connection connection, int limit) throws SQLException {
        String sql = "select limit_key from headroom_job_limit where blocked = 1 and (every_micros = 0 or turn <= ("
                + dialect.epochMillis() + ") * 1000 + " + AHEAD_MICROS + ") and (running = 0 or running >"
                + " (select count(*) from headroom_job_limited l where l.limit_key = headroom_job_limit.limit_key"
                + " and l.held in (1, 2))) order by turn limit ?";
        List<String> keys = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setInt(1, limit);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    keys.add(rows.getString(1));
                }
            }
        }
        return keys;
    }

    /** How many slots are free; counted, never added up. */
    static long slots(Connection connection, Row row) throws SQLException {
        if (row.room().running() == 0) {
            return MOST_AT_ONCE;
        }
        try (PreparedStatement count = connection.prepareStatement(
                "select count(*) from headroom_job_limited where limit_key = ? and held in (1, 2)")) {
            count.setString(1, row.key());
            try (ResultSet rows = count.executeQuery()) {
                rows.next();
                return Math.max(0, row.room().running() - rows.getLong(1));
            }
        }
    }

    /** How many turns come within the time. */
    static long turns(Row row, long withinMicros) {
        long every = row.room().everyMicros();
        long left = withinMicros - Math.max(0, row.turn() - row.now());
        return every == 0 ? MOST_AT_ONCE : left < 0 ? 0 : left / every + 1;
    }

    /** Jobs of a key that are put aside, in their order. */
    static List<Long> blocked(Connection connection, String key, long limit) throws SQLException {
        return jobs(
                connection,
                "select job_id from headroom_job_limited where limit_key = ? and held = 3"
                        + " order by limit_key, held, priority, job_id limit ?",
                key,
                limit);
    }

    /** Jobs of a key that are ready and have no slot. Most others without one are delayed, dead letters or wait for others. */
    static List<Long> fresh(Connection connection, String key) throws SQLException {
        return jobs(
                connection,
                "select l.job_id from (select job_id from headroom_job_limited where limit_key = ? and held = 0"
                        + " order by limit_key, held, priority, job_id limit " + LOOKED_AT + ") l"
                        + " join headroom_job j on j.id = l.job_id where j.state = 0 limit ?",
                key,
                MOST_AT_ONCE);
    }

    private static List<Long> jobs(Connection connection, String sql, String key, long limit) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, key);
            select.setLong(2, limit);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
        }
        return ids;
    }

    static void hold(Connection connection, Collection<Long> ids, int held) throws SQLException {
        Ids.change(connection, "update headroom_job_limited set held = " + held + " where job_id", ids);
    }
}
