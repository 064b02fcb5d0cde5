package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The statements on limits by key. A limited job has a row beside it, from its enqueue to its end, that says whether it holds a slot of its
 * key; slots are counted, never added up, so that nothing can drift. A key's row is the lock under which slots and turns are given out, and
 * keeps the theoretical arrival time of the <a href="https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm">generic cell rate
 * algorithm</a>, by the database's clock. Locks are taken in one order: jobs, then keys by name.
 */
public final class LimitTable {
    private static final int FRESH = 0;
    private static final int RUNNING = 1;
    private static final int GRANTED = 2;
    private static final int BLOCKED = 3;

    /** Turns are given out for so long ahead; longer than the time between two sweeps, so that none is missed. */
    private static final long AHEAD_MICROS = 1_500_000;

    private static final int MOST_AT_ONCE = 500;

    private final Dialect dialect;

    /** Statements in this dialect. */
    public LimitTable(Dialect dialect) {
        this.dialect = dialect;
    }

    private record Row(String key, Room room, long turn, boolean blocked, long now) {}

    private record Limited(ClaimedJob job, boolean granted) {}

    /** Says of a job that was just inserted which limit it has. */
    public void open(Connection connection, long id, String key, int priority) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into headroom_job_limited (job_id, limit_key, held, priority) values (?, ?, 0, ?)")) {
            insert.setLong(1, id);
            insert.setString(2, key);
            insert.setInt(3, priority);
            insert.executeUpdate();
        }
    }

    /** Of the jobs just claimed those that may run, in their order; the others are put aside. */
    public List<ClaimedJob> admit(
            Connection connection, List<ClaimedJob> claimed, Function<String, @Nullable Room> rooms)
            throws SQLException {
        if (claimed.stream().noneMatch(ClaimedJob::limited)) {
            return claimed;
        }
        List<ClaimedJob> admitted = new ArrayList<>(claimed);
        for (Map.Entry<String, List<Limited>> each : byKey(connection, claimed).entrySet()) {
            Room room = rooms.apply(each.getValue().get(0).job().kind());
            if (room != null) {
                admitted.removeAll(blocked(connection, each.getKey(), room, each.getValue()));
            }
        }
        return admitted;
    }

    private static Map<String, List<Limited>> byKey(Connection connection, Collection<ClaimedJob> jobs)
            throws SQLException {
        Map<String, List<Limited>> found = new TreeMap<>();
        try (PreparedStatement select =
                connection.prepareStatement("select limit_key, held from headroom_job_limited where job_id = ?")) {
            for (ClaimedJob job : jobs) {
                if (job.limited()) {
                    select.setLong(1, job.id());
                    try (ResultSet rows = select.executeQuery()) {
                        if (rows.next()) {
                            found.computeIfAbsent(rows.getString(1), unknown -> new ArrayList<>())
                                    .add(new Limited(job, rows.getInt(2) == GRANTED));
                        }
                    }
                }
            }
        }
        return found;
    }

    private List<ClaimedJob> blocked(Connection connection, String key, Room room, List<Limited> jobs)
            throws SQLException {
        Row row = lock(connection, key, room);
        List<ClaimedJob> blocked = new ArrayList<>();
        // What was put aside before comes first.
        long free = row.blocked()
                ? 0
                : Math.min(slots(connection, row), turns(row, (room.burst() - 1) * room.everyMicros()));
        long turn = row.turn();
        for (Limited each : jobs) {
            if (each.granted() || free-- > 0) {
                turn = each.granted() ? turn : Math.max(turn, row.now()) + room.everyMicros();
                hold(connection, each.job().id(), RUNNING);
            } else {
                blocked.add(each.job());
                change(
                        connection,
                        "update headroom_job set state = 3, lease = null, attempt = attempt - 1 where id = "
                                + each.job().id());
                hold(connection, each.job().id(), BLOCKED);
            }
        }
        row = new Row(key, room, turn, row.blocked() || !blocked.isEmpty(), row.now());
        if (row.blocked()) {
            blockMore(connection, key);
            release(connection, row);
        } else {
            write(connection, row);
        }
        return blocked;
    }

    /** Who comes one by one to a door that is closed would keep claims busy. */
    private void blockMore(Connection connection, String key) throws SQLException {
        List<Long> fresh = waiting(connection, key, FRESH, MOST_AT_ONCE);
        for (long id : fresh.isEmpty() ? fresh : dialect.lockReady(connection, fresh)) {
            change(connection, "update headroom_job set state = 3 where id = " + id);
            hold(connection, id, BLOCKED);
        }
    }

    /** Jobs are done: their slots are free. Returns whether others became ready for it. */
    public boolean ended(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        return free(connection, jobs, "delete from headroom_job_limited where job_id = ");
    }

    /** Jobs do not run any more, but may again. Returns whether others became ready for it. */
    public boolean givenBack(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        return free(connection, jobs, "update headroom_job_limited set held = 0 where job_id = ");
    }

    private boolean free(Connection connection, Collection<ClaimedJob> jobs, String change) throws SQLException {
        if (jobs.stream().noneMatch(ClaimedJob::limited)) {
            return false;
        }
        Map<String, List<Limited>> found = byKey(connection, jobs);
        for (List<Limited> each : found.values()) {
            for (Limited limited : each) {
                change(connection, change + limited.job().id());
            }
        }
        boolean released = false;
        for (String key : found.keySet()) {
            released |= release(connection, key);
        }
        return released;
    }

    /** Deletes what is beside a job that is gone. */
    static void forget(Connection connection, long id) throws SQLException {
        change(connection, "delete from headroom_job_limited where job_id = " + id);
    }

    /** A dead letter begins anew with the limit it had. */
    static void reopen(Connection connection, long id) throws SQLException {
        change(
                connection,
                "update headroom_job set flags = " + NewJob.LIMITED + " where id = " + id
                        + " and exists (select 1 from headroom_job_limited l where l.job_id = " + id + ")");
    }

    /** The keys of which jobs are put aside. */
    public Collection<String> blockedKeys(Connection connection) throws SQLException {
        Collection<String> keys = new TreeSet<>();
        try (PreparedStatement select =
                        connection.prepareStatement("select limit_key from headroom_job_limit where blocked = 1");
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                keys.add(rows.getString(1));
            }
        }
        return keys;
    }

    /** Makes as many jobs of a key ready as there is room for; true if there were any. */
    public boolean release(Connection connection, String key) throws SQLException {
        // Without a lock: what is put aside at this moment is released by the next sweep.
        Row seen = read(connection, key, "");
        if (seen == null || !seen.blocked()) {
            return false;
        }
        Row row = read(connection, key, " for update");
        return row != null && row.blocked() && release(connection, row);
    }

    private boolean release(Connection connection, Row row) throws SQLException {
        Room room = row.room();
        long wanted = Math.min(MOST_AT_ONCE, Math.min(slots(connection, row), turns(row, AHEAD_MICROS)));
        List<Long> ids = wanted > 0 ? waiting(connection, row.key(), BLOCKED, wanted) : List.of();
        long turn = row.turn();
        for (long id : ids) {
            turn = Math.max(turn, row.now());
            long delay = Math.max(0, turn - (room.burst() - 1) * room.everyMicros() - row.now());
            if (ready(connection, id, (delay + 999) / 1_000)) {
                hold(connection, id, GRANTED);
                turn += room.everyMicros();
            } else {
                forget(connection, id);
            }
        }
        write(connection, new Row(row.key(), room, turn, ids.size() >= wanted, row.now()));
        return !ids.isEmpty();
    }

    private boolean ready(Connection connection, long id, long delayMillis) throws SQLException {
        String sql = "update headroom_job set state = ?, pos = " + dialect.nextPosition() + ", run_at = "
                + dialect.nowPlusMillis() + " where id = ? and state = 3";
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setInt(1, delayMillis > 0 ? 2 : 0);
            update.setLong(2, delayMillis);
            update.setLong(3, id);
            return update.executeUpdate() == 1;
        }
    }

    private static long slots(Connection connection, Row row) throws SQLException {
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
    private static long turns(Row row, long withinMicros) {
        long every = row.room().everyMicros();
        long left = withinMicros - Math.max(0, row.turn() - row.now());
        return every == 0 ? MOST_AT_ONCE : left < 0 ? 0 : left / every + 1;
    }

    private static List<Long> waiting(Connection connection, String key, int held, long limit) throws SQLException {
        String sql = "select job_id from headroom_job_limited where limit_key = ? and held = ?"
                + " order by limit_key, held, priority, job_id limit ?";
        List<Long> ids = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, key);
            select.setInt(2, held);
            select.setLong(3, limit);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
        }
        return ids;
    }

    private Row lock(Connection connection, String key, Room room) throws SQLException {
        Row row = read(connection, key, " for update");
        while (row == null) {
            dialect.insertLimit(connection, key);
            row = read(connection, key, " for update");
        }
        return new Row(key, room, row.turn(), row.blocked(), row.now());
    }

    private @Nullable Row read(Connection connection, String key, String lock) throws SQLException {
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

    /** Keeps the limit too, as this process's code has it; of one without a rate the turn says when it was last used. */
    private static void write(Connection connection, Row row) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update headroom_job_limit set running = ?, every_micros = ?, burst = ?, turn = ?, blocked = ?"
                        + " where limit_key = ?")) {
            update.setInt(1, row.room().running());
            update.setLong(2, row.room().everyMicros());
            update.setInt(3, row.room().burst());
            update.setLong(4, row.room().everyMicros() == 0 ? row.now() : row.turn());
            update.setInt(5, row.blocked() ? 1 : 0);
            update.setString(6, row.key());
            update.executeUpdate();
        }
    }

    /** Frees slots whose holder is gone or runs no more, and forgets keys that have not been used for so long. */
    public void heal(Connection connection, long unusedMillis) throws SQLException {
        String job = "select 1 from headroom_job j where j.id = headroom_job_limited.job_id and j.state";
        String dead = "select 1 from headroom_job_dead d where d.id = headroom_job_limited.job_id";
        change(
                connection,
                "update headroom_job_limited set held = 0 where held in (1, 2) and not exists (" + job
                        + " in (0, 1, 2))");
        change(connection, "update headroom_job_limited set held = 0 where held = 1 and not exists (" + job + " = 1)");
        change(
                connection,
                "delete from headroom_job_limited where held = 0 and not exists (" + job + " >= 0)"
                        + " and not exists (" + dead + ")");
        change(
                connection,
                "delete from headroom_job_limit where blocked = 0 and turn < (" + dialect.epochMillis() + " - "
                        + unusedMillis + ") * 1000");
    }

    /** Lets time pass for turns. */
    public void advance(Connection connection, long millis) throws SQLException {
        change(connection, "update headroom_job_limit set turn = turn - " + millis * 1_000);
    }

    private static void hold(Connection connection, long id, int held) throws SQLException {
        change(connection, "update headroom_job_limited set held = " + held + " where job_id = " + id);
    }

    private static void change(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
        }
    }
}
