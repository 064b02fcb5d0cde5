package dev.headroom.queue.internal.sql;

import dev.headroom.queue.internal.sql.LimitRows.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The statements on limits by key. A limited job has a row beside it, from its enqueue to its end, that says whether it holds a slot of its
 * key; slots are counted, never added up, so that nothing can drift. A key's row is the lock under which slots and turns are given out, and
 * keeps the theoretical arrival time of the <a href="https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm">generic cell rate
 * algorithm</a>, by the database's clock. Locks are taken in one order: jobs, then keys by name. Under a key's lock other jobs are
 * locked only if nobody has: transactions of callers hold those of unique jobs that they met for as long as they like.
 */
public final class LimitTable {
    /** Beside those that are wanted so many more are looked at, since callers may have locked some. */
    private static final int SPARE = 100;

    private final Dialect dialect;
    private final LimitRows rows;
    private final AtomicBoolean blockedHere = new AtomicBoolean();

    /** Statements in this dialect. */
    public LimitTable(Dialect dialect) {
        this.dialect = dialect;
        this.rows = new LimitRows(dialect);
    }

    private record Limited(ClaimedJob job, boolean granted) {}

    private record Found(List<Long> free, boolean more) {}

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

    /** The same of many; {@code jobs} are those of the numbers, in their order. */
    public void openAll(Connection connection, List<Long> ids, List<NewJob> jobs) throws SQLException {
        List<Map.Entry<Long, NewJob>> rows = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            if (jobs.get(i).limitKey() != null) {
                rows.add(Map.entry(ids.get(i), jobs.get(i)));
            }
        }
        Rows.insert(
                connection,
                "insert into headroom_job_limited (job_id, limit_key, held, priority) values",
                "(?, ?, 0, ?)",
                rows,
                (insert, bound, row) -> {
                    insert.setLong(bound + 1, row.getKey());
                    insert.setString(bound + 2, row.getValue().limitKey());
                    insert.setInt(bound + 3, row.getValue().priority());
                    return bound + 3;
                });
    }

    /** Of the jobs just claimed those that may run, in their order; the others are put aside. */
    public List<ClaimedJob> admit(
            Connection connection, List<ClaimedJob> claimed, Function<String, @Nullable Room> rooms)
            throws SQLException {
        if (claimed.stream().noneMatch(ClaimedJob::limited)) {
            return claimed;
        }
        Set<Long> blocked = new HashSet<>();
        for (Map.Entry<String, List<Limited>> each : byKey(connection, claimed).entrySet()) {
            Room room = rooms.apply(each.getValue().get(0).job().kind());
            if (room != null) {
                blocked.addAll(admit(connection, each.getKey(), room, each.getValue()));
            }
        }
        return claimed.stream().filter(job -> !blocked.contains(job.id())).toList();
    }

    private static Map<String, List<Limited>> byKey(Connection connection, Collection<ClaimedJob> jobs)
            throws SQLException {
        Map<Long, ClaimedJob> limited = new LinkedHashMap<>();
        jobs.stream().filter(ClaimedJob::limited).forEach(job -> limited.put(job.id(), job));
        Map<Long, String> keys = new TreeMap<>();
        Set<Long> granted = new HashSet<>();
        for (List<Long> chunk : Ids.chunks(limited.keySet())) {
            String sql = "select job_id, limit_key, held from headroom_job_limited where job_id" + Ids.in(chunk.size());
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                Ids.bind(select, 0, chunk);
                try (ResultSet found = select.executeQuery()) {
                    while (found.next()) {
                        keys.put(found.getLong(1), found.getString(2));
                        if (found.getInt(3) == LimitRows.GRANTED) {
                            granted.add(found.getLong(1));
                        }
                    }
                }
            }
        }
        Map<String, List<Limited>> byKey = new TreeMap<>();
        limited.forEach((id, job) -> {
            String key = keys.get(id);
            if (key != null) {
                byKey.computeIfAbsent(key, unknown -> new ArrayList<>()).add(new Limited(job, granted.contains(id)));
            }
        });
        return byKey;
    }

    /** Returns those that may not run. */
    private List<Long> admit(Connection connection, String key, Room room, List<Limited> jobs) throws SQLException {
        Row before = rows.lock(connection, key);
        Row row = before.with(room);
        List<Long> admitted = new ArrayList<>();
        List<Long> blocked = new ArrayList<>();
        // What was put aside before comes first.
        long free = row.blocked()
                ? 0
                : Math.min(
                        LimitRows.slots(connection, row),
                        LimitRows.turns(row, (room.burst() - 1) * room.everyMicros()));
        long turn = row.turn();
        for (Limited each : jobs) {
            if (each.granted()) {
                admitted.add(each.job().id());
            } else if (free-- > 0) {
                turn = room.everyMicros() == 0 ? turn : Math.max(turn, row.now()) + room.everyMicros();
                admitted.add(each.job().id());
            } else {
                blocked.add(each.job().id());
            }
        }
        if (!blocked.isEmpty()) {
            blockedHere.set(true);
        }
        LimitRows.hold(connection, admitted, LimitRows.RUNNING);
        Ids.change(
                connection, "update headroom_job set state = 3, lease = null, attempt = attempt - 1 where id", blocked);
        LimitRows.hold(connection, blocked, LimitRows.BLOCKED);
        row = row.with(turn, row.blocked() || !blocked.isEmpty());
        if (row.blocked()) {
            blockMore(connection, key);
            release(connection, before, row);
        } else {
            LimitRows.write(connection, before, row);
        }
        return blocked;
    }

    /** Who comes one by one to a door that is closed would keep claims busy. */
    private void blockMore(Connection connection, String key) throws SQLException {
        List<Long> fresh = LimitRows.fresh(connection, key);
        List<Long> ready = fresh.isEmpty() ? fresh : dialect.lockFree(connection, fresh, 0);
        Ids.change(connection, "update headroom_job set state = 3 where id", ready);
        LimitRows.hold(connection, ready, LimitRows.BLOCKED);
    }

    /** Jobs are done: their slots are free. Returns whether others became ready for it. */
    public boolean ended(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        return free(connection, jobs, "delete from headroom_job_limited where job_id");
    }

    /** Jobs do not run any more, but may again. Returns whether others became ready for it. */
    public boolean givenBack(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        return free(connection, jobs, "update headroom_job_limited set held = 0 where job_id");
    }

    private boolean free(Connection connection, Collection<ClaimedJob> jobs, String change) throws SQLException {
        if (jobs.stream().noneMatch(ClaimedJob::limited)) {
            return false;
        }
        Set<String> keys = new TreeSet<>(byKey(connection, jobs).keySet());
        Ids.change(
                connection,
                change,
                jobs.stream().filter(ClaimedJob::limited).map(ClaimedJob::id).toList());
        boolean released = false;
        for (String key : keys) {
            // Without a lock: what is put aside at this moment is released by the next sweep.
            Row seen = rows.read(connection, key, "");
            if (seen != null && seen.blocked()) {
                released |= release(connection, key, LimitRows.LOCK);
            }
        }
        return released;
    }

    /**
     * A waiting job that the caller has locked got what a new one has. One that is put off has no slot and waits no more for one; nor has
     * one whose key is another now. By number alone: a condition on the other table would have MariaDB lock rows of other jobs there.
     */
    void changed(Connection connection, long id, NewJob job, boolean putOff) throws SQLException {
        String key = job.limitKey();
        Beside beside = beside(connection, id);
        if (beside == null) {
            if (key != null) {
                open(connection, id, key, job.priority());
            }
            return;
        }
        boolean moves = !beside.key().equals(key);
        if (moves && !putOff && (key == null || beside.held() >= LimitRows.GRANTED)) {
            // What was put aside, or given a turn, by a limit that is not its own any more asks for a slot anew.
            String sql = "update " + dialect.byNumber("headroom_job") + " set state = 0, run_at = " + dialect.now()
                    + " where id = ? and state"
                    + (key == null ? " = 3" : " in (2, 3)");
            change(connection, sql, id);
        }
        if (key == null) {
            forget(connection, id);
        } else {
            change(
                    connection,
                    "update headroom_job_limited set held = ?, limit_key = ?, priority = ? where job_id = ?",
                    moves || putOff ? LimitRows.FRESH : beside.held(),
                    key,
                    job.priority(),
                    id);
        }
    }

    /** What is beside a limited job. */
    private record Beside(String key, int held) {}

    private static @Nullable Beside beside(Connection connection, long id) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select limit_key, held from headroom_job_limited where job_id = ? for update")) {
            select.setLong(1, id);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? new Beside(rows.getString(1), rows.getInt(2)) : null;
            }
        }
    }

    private static int change(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    /** Deletes what is beside a job that is gone. */
    static void forget(Connection connection, long id) throws SQLException {
        Ids.change(connection, "delete from headroom_job_limited where job_id", List.of(id));
    }

    /** Whether jobs were put aside here since this was asked last. */
    public boolean hasBlocked() {
        return blockedHere.getAndSet(false);
    }

    /** Whether jobs are put aside of any key. */
    public boolean anyBlocked(Connection connection) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                        "select limit_key from headroom_job_limit where blocked = 1 limit 1");
                ResultSet found = select.executeQuery()) {
            return found.next();
        }
    }

    /** At most so many keys of which jobs are put aside and for which there may be room now. */
    public List<String> releasable(Connection connection, int limit) throws SQLException {
        return rows.releasable(connection, limit);
    }

    /** Makes as many jobs of these keys ready as there is room for, unless somebody else is at it; true if there were any. */
    public boolean release(Connection connection, Collection<String> keys) throws SQLException {
        boolean released = false;
        for (String key : new TreeSet<>(keys)) {
            released |= release(connection, key, LimitRows.LOCK_IF_FREE);
        }
        return released;
    }

    private boolean release(Connection connection, String key, String lock) throws SQLException {
        Row row = rows.read(connection, key, lock);
        return row != null && row.blocked() && release(connection, row, row);
    }

    boolean release(Connection connection, Row before, Row row) throws SQLException {
        Room room = row.room();
        long wanted = Math.min(
                LimitRows.MOST_AT_ONCE,
                Math.min(LimitRows.slots(connection, row), LimitRows.turns(row, LimitRows.AHEAD_MICROS)));
        Found found = wanted > 0 ? free(connection, row.key(), (int) wanted) : new Found(List.of(), true);
        long turn = row.turn();
        if (!found.free().isEmpty()) {
            turn = ready(connection, row, found.free());
            LimitRows.hold(connection, found.free(), LimitRows.GRANTED);
        }
        LimitRows.write(connection, before, row.with(room.everyMicros() == 0 ? row.turn() : turn, found.more()));
        return !found.free().isEmpty();
    }

    /** Locks jobs of the key that are put aside, and leaves out those that others have locked. */
    private Found free(Connection connection, String key, int wanted) throws SQLException {
        List<Long> candidates = LimitRows.blocked(connection, key, wanted + SPARE);
        List<Long> free = new ArrayList<>();
        List<Long> missed = new ArrayList<>();
        int from = 0;
        for (int size = wanted; free.size() < wanted && from < candidates.size(); size *= 2) {
            List<Long> some = candidates.subList(from, Math.min(candidates.size(), from + size));
            Set<Long> locked = new HashSet<>(dialect.lockFree(connection, some, 3));
            for (long id : some) {
                if (!locked.contains(id)) {
                    missed.add(id);
                } else if (free.size() < wanted) {
                    free.add(id);
                }
            }
            from += some.size();
        }
        return new Found(free, candidates.size() - free.size() > forgetGone(connection, missed));
    }

    /** Forgets those of which there is no job any more; returns how many. */
    private static int forgetGone(Connection connection, List<Long> ids) throws SQLException {
        Set<Long> gone = new HashSet<>(ids);
        for (List<Long> chunk : Ids.chunks(ids)) {
            try (PreparedStatement select =
                    connection.prepareStatement("select id from headroom_job where id" + Ids.in(chunk.size()))) {
                Ids.bind(select, 0, chunk);
                try (ResultSet found = select.executeQuery()) {
                    while (found.next()) {
                        gone.remove(found.getLong(1));
                    }
                }
            }
        }
        Ids.change(connection, "delete from headroom_job_limited where held + 0 = 3 and job_id", gone);
        return gone.size();
    }

    /** Makes jobs that are locked ready, each at its turn; returns the turn after theirs. */
    private long ready(Connection connection, Row row, List<Long> ids) throws SQLException {
        Room room = row.room();
        String sql = "update headroom_job set state = ?, pos = " + dialect.nextPosition() + ", run_at = "
                + dialect.nowPlusMillis() + " where id = ?";
        long turn = row.turn();
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            for (long id : ids) {
                turn = Math.max(turn, row.now());
                long delay = (Math.max(0, turn - (room.burst() - 1) * room.everyMicros() - row.now()) + 999) / 1_000;
                update.setInt(1, delay > 0 ? 2 : 0);
                update.setLong(2, delay);
                update.setLong(3, id);
                update.addBatch();
                turn += room.everyMicros();
            }
            update.executeBatch();
        }
        return turn;
    }

    /** Lets time pass for turns. */
    public void advance(Connection connection, long millis) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("update headroom_job_limit set turn = turn - ?")) {
            update.setLong(1, millis * 1_000);
            update.executeUpdate();
        }
    }
}
