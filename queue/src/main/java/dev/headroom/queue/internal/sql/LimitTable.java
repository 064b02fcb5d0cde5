package dev.headroom.queue.internal.sql;

import dev.headroom.queue.internal.sql.LimitRows.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives out what limits by key leave. A limited job's row says whether it holds a slot of its key; slots are counted, never added up, so
 * that nothing can drift, and whatever ends a job or its run frees its slot with the same statement. A key's row is the lock under which
 * slots and turns are given out, and keeps the theoretical arrival time of the
 * <a href="https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm">generic cell rate algorithm</a>, by the database's clock. Locks are
 * taken in one order: jobs, then keys by name. Under a key's lock other jobs are locked only if nobody has: transactions of callers hold
 * those of unique jobs that they met for as long as they like. What is to be done for many keys is done by few statements for all.
 */
public final class LimitTable {
    /** Beside those that are wanted so many more are looked at, since callers may have locked some. */
    private static final int SPARE = 100;

    /** So many jobs are made ready in one transaction, more or less. */
    private static final int MOST_READY = 4_000;

    private final Dialect dialect;
    private final LimitRows rows;
    private final AtomicBoolean blockedHere = new AtomicBoolean();

    /** Statements in this dialect. */
    public LimitTable(Dialect dialect) {
        this.dialect = dialect;
        this.rows = new LimitRows(dialect);
    }

    /** Of the jobs just claimed those that may run, in their order; the others are put aside. */
    public List<ClaimedJob> admit(
            Connection connection, List<ClaimedJob> claimed, Function<String, @Nullable Allowance> allowances)
            throws SQLException {
        SortedMap<String, List<ClaimedJob>> byKey = new TreeMap<>();
        Map<String, Allowance> limits = new HashMap<>();
        for (ClaimedJob job : claimed) {
            String key = job.limitKey();
            Allowance allowance = key == null ? null : allowances.apply(job.kind());
            if (key != null && allowance != null) {
                byKey.computeIfAbsent(key, none -> new ArrayList<>()).add(job);
                limits.put(key, allowance);
            }
        }
        return byKey.isEmpty() ? claimed : admit(connection, claimed, byKey, limits);
    }

    private List<ClaimedJob> admit(
            Connection connection,
            List<ClaimedJob> claimed,
            SortedMap<String, List<ClaimedJob>> byKey,
            Map<String, Allowance> limits)
            throws SQLException {
        Map<String, Row> before = rows.lock(connection, byKey.keySet(), limits);
        Map<String, Row> after = new HashMap<>();
        limits.forEach((key, allowance) ->
                after.put(key, Objects.requireNonNull(before.get(key)).with(allowance)));
        // Those just claimed are among them, so that most keys have one and need not be told of.
        Map<String, Long> taken = rows.taken(connection, after.values(), 2);
        Set<Long> putAside = new HashSet<>();
        byKey.forEach((key, jobs) -> {
            List<Long> blocked = new ArrayList<>();
            long others = taken.getOrDefault(key, 1L) - jobs.size();
            after.computeIfPresent(key, (same, row) -> admit(row, jobs, others, blocked));
            taken.put(key, others + jobs.size() - blocked.size());
            putAside.addAll(blocked);
        });
        dialect.changeRows(
                connection,
                "update headroom_job set state = 3, held = " + LimitRows.BLOCKED
                        + ", lease = null, attempt = attempt - 1 where id",
                putAside);
        if (!putAside.isEmpty()) {
            blockedHere.set(true);
        }
        List<String> closed =
                after.values().stream().filter(Row::blocked).map(Row::key).toList();
        if (!closed.isEmpty()) {
            blockMore(connection, closed);
        }
        release(connection, before, after, taken);
        return putAside.isEmpty()
                ? claimed
                : claimed.stream().filter(job -> !putAside.contains(job.id())).toList();
    }

    /** Decides on jobs of one key; adds those that may not run. */
    private static Row admit(Row row, List<ClaimedJob> jobs, long others, List<Long> blocked) {
        Allowance allowance = row.allowance();
        int granted = 0;
        for (ClaimedJob each : jobs) {
            granted += each.granted() ? 1 : 0;
        }
        // What was put aside before comes first.
        long free = row.blocked() ? 0 : Math.min(row.slots(others + granted), row.turns(allowance.headStartMicros()));
        long turn = row.turn();
        for (ClaimedJob each : jobs) {
            if (!each.granted() && free-- > 0) {
                turn = allowance.everyMicros() == 0 ? turn : Math.max(turn, row.now()) + allowance.everyMicros();
            } else if (!each.granted()) {
                blocked.add(each.id());
            }
        }
        return row.with(turn, row.blocked() || !blocked.isEmpty());
    }

    /** Who comes one by one to a door that is closed would keep claims busy. */
    private void blockMore(Connection connection, List<String> keys) throws SQLException {
        List<Long> ready = new ArrayList<>();
        for (List<Long> fresh : Ids.chunks(LimitRows.fresh(connection, keys))) {
            ready.addAll(dialect.lockFree(connection, fresh, 0));
        }
        dialect.changeRows(
                connection, "update headroom_job set state = 3, held = " + LimitRows.BLOCKED + " where id", ready);
    }

    /** Jobs were done or do not run any more: their slots are free. Returns whether others became ready for it. */
    public boolean freed(Connection connection, Collection<ClaimedJob> jobs) throws SQLException {
        Set<String> keys = new HashSet<>();
        for (ClaimedJob job : jobs) {
            String key = job.limitKey();
            if (key != null) {
                keys.add(key);
            }
        }
        // Without a lock: what is put aside at this moment is released by the next sweep.
        SortedSet<String> blocked = keys.isEmpty() ? new TreeSet<>() : rows.blocked(connection, keys);
        return release(connection, blocked, LimitRows.LOCK);
    }

    /**
     * A waiting job that the caller has locked got what a new one has. One that is put off has no slot and waits no more for one; nor has
     * one whose key is another now.
     */
    void changed(Connection connection, long id, NewJob job, boolean putOff) throws SQLException {
        String table = dialect.byNumber("headroom_job");
        String before;
        int held;
        try (PreparedStatement select =
                connection.prepareStatement("select limit_key, held from " + table + " where id = ? for update")) {
            select.setLong(1, id);
            try (ResultSet found = select.executeQuery()) {
                found.next();
                before = found.getString(1);
                held = found.getInt(2);
            }
        }
        String key = job.limitKey();
        boolean moves = !Objects.equals(before, key);
        if (!moves && (!putOff || held == LimitRows.FRESH)) {
            return;
        }
        // What was put aside, or given a turn, by a limit that is not its own any more asks for a slot anew.
        String again = moves && !putOff && held != LimitRows.FRESH
                ? ", state = 0, run_at = " + dialect.now() + ", pos = " + dialect.nextPosition()
                : "";
        try (PreparedStatement update = connection.prepareStatement(
                "update " + table + " set limit_key = ?, held = " + LimitRows.FRESH + again + " where id = ?")) {
            update.setString(1, key);
            update.setLong(2, id);
            update.executeUpdate();
        }
    }

    /** Whether jobs were put aside here since this was asked last. */
    public boolean hasBlocked() {
        return blockedHere.getAndSet(false);
    }

    /** Whether jobs are put aside of any key. */
    public boolean anyBlocked(Connection connection) throws SQLException {
        String sql = "select limit_key from headroom_job_limit where blocked = 1 limit 1";
        return Sql.first(connection, sql, row -> row.getString(1)).isPresent();
    }

    /** At most so many keys of which jobs are put aside and for which there may be room now. */
    public List<String> releasable(Connection connection, int limit) throws SQLException {
        return rows.releasable(connection, limit);
    }

    /** Makes as many jobs of these keys ready as there is room for, unless somebody else is at it; true if there were any. */
    public boolean release(Connection connection, Collection<String> keys) throws SQLException {
        return release(connection, new TreeSet<>(keys), LimitRows.LOCK_IF_FREE);
    }

    private boolean release(Connection connection, SortedSet<String> keys, String lock) throws SQLException {
        if (keys.isEmpty()) {
            return false;
        }
        Map<String, Row> locked = rows.read(connection, keys, lock);
        locked.values().removeIf(row -> !row.blocked());
        return release(connection, locked, locked, rows.taken(connection, locked.values(), 1));
    }

    /** Makes jobs ready for which there is room, and keeps what has changed of the keys' rows. */
    private boolean release(
            Connection connection, Map<String, Row> before, Map<String, Row> now, Map<String, Long> taken)
            throws SQLException {
        SortedMap<String, Integer> wanted = new TreeMap<>();
        int all = 0;
        for (Row row : now.values()) {
            long room = Math.min(
                    LimitRows.MOST_AT_ONCE,
                    Math.min(row.slots(taken.getOrDefault(row.key(), 0L)), row.turns(LimitRows.AHEAD_MICROS)));
            if (row.blocked() && room > 0 && all < MOST_READY) {
                wanted.put(row.key(), (int) room);
                all += (int) room;
            }
        }
        if (wanted.isEmpty()) {
            LimitRows.write(connection, before, now);
            return false;
        }
        Map<String, List<Long>> free = free(connection, wanted);
        Map<String, Long> turns = ready(connection, now, free);
        Set<String> more = rows.haveBlocked(connection, wanted.keySet());
        Map<String, Row> after = new HashMap<>(now);
        wanted.keySet()
                .forEach(key -> after.computeIfPresent(
                        key, (same, row) -> row.with(turns.getOrDefault(key, row.turn()), more.contains(key))));
        LimitRows.write(connection, before, after);
        return !free.isEmpty();
    }

    /** Locks jobs that are put aside, of each key at most as many as are wanted, and leaves out those that others have locked. */
    private Map<String, List<Long>> free(Connection connection, SortedMap<String, Integer> wanted) throws SQLException {
        Map<String, List<Long>> first = LimitRows.blocked(connection, wanted);
        Set<Long> locked = lockBlocked(
                connection, first.values().stream().flatMap(List::stream).toList());
        Map<String, List<Long>> free = new TreeMap<>();
        for (Map.Entry<String, List<Long>> each : first.entrySet()) {
            List<Long> ours = each.getValue().stream().filter(locked::contains).toList();
            int want = wanted.getOrDefault(each.getKey(), 0);
            if (ours.size() < each.getValue().size() && each.getValue().size() == want) {
                ours = beyond(connection, each.getKey(), want);
            }
            if (!ours.isEmpty()) {
                free.put(each.getKey(), ours);
            }
        }
        return free;
    }

    /** The same of one key, some of whose first jobs others have locked. */
    private List<Long> beyond(Connection connection, String key, int wanted) throws SQLException {
        SortedMap<String, Integer> more = new TreeMap<>(Map.of(key, wanted + SPARE));
        List<Long> candidates = LimitRows.blocked(connection, more).getOrDefault(key, List.of());
        List<Long> free = new ArrayList<>();
        for (int from = 0; free.size() < wanted && from < candidates.size(); ) {
            List<Long> some = candidates.subList(from, Math.min(candidates.size(), from + wanted - free.size()));
            Set<Long> locked = lockBlocked(connection, some);
            some.stream().filter(locked::contains).forEach(free::add);
            from += some.size();
        }
        return free;
    }

    private Set<Long> lockBlocked(Connection connection, Collection<Long> ids) throws SQLException {
        Set<Long> locked = new HashSet<>();
        for (List<Long> chunk : Ids.chunks(ids)) {
            locked.addAll(dialect.lockFree(connection, chunk, 3));
        }
        return locked;
    }

    /** Makes jobs that are locked ready, each at its turn; returns the turns after theirs, of keys that have a rate. */
    private Map<String, Long> ready(Connection connection, Map<String, Row> keys, Map<String, List<Long>> jobs)
            throws SQLException {
        String granted =
                "held = " + LimitRows.GRANTED + ", pos = " + dialect.nextPosition() + ", run_at = " + dialect.now();
        Map<String, Long> turns = new TreeMap<>();
        List<Long> atOnce = new ArrayList<>();
        try (PreparedStatement later = connection.prepareStatement("update headroom_job set state = 2, held = "
                + LimitRows.GRANTED + ", run_at = " + dialect.nowPlusMillis() + " where id = ?")) {
            boolean any = false;
            for (Map.Entry<String, List<Long>> each : jobs.entrySet()) {
                Row row = Objects.requireNonNull(keys.get(each.getKey()));
                Allowance allowance = row.allowance();
                long turn = row.turn();
                for (long id : each.getValue()) {
                    turn = allowance.everyMicros() == 0 ? turn : Math.max(turn, row.now());
                    long delay = allowance.everyMicros() == 0
                            ? 0
                            : (Math.max(0, turn - allowance.headStartMicros() - row.now()) + 999) / 1_000;
                    if (delay == 0) {
                        atOnce.add(id);
                    } else {
                        later.setLong(1, delay);
                        later.setLong(2, id);
                        later.addBatch();
                        any = true;
                    }
                    turn += allowance.everyMicros();
                }
                turns.put(each.getKey(), turn);
            }
            if (any) {
                later.executeBatch();
            }
        }
        dialect.changeRows(connection, "update headroom_job set state = 0, " + granted + " where id", atOnce);
        return turns;
    }

    /** Forgets keys that have not been used for so long; some of them, if there are many. Returns how many. */
    public int forgetUnused(Connection connection, long millis) throws SQLException {
        return rows.forgetUnused(connection, millis);
    }
}
