package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The rows of limits' keys, and what jobs hold of them: each statement for many keys at once. */
final class LimitRows {
    /** Has no slot. */
    static final int FRESH = 0;

    /** Was granted a slot when it was put aside: it is ready or scheduled, or runs by now. One that runs without that has 1. */
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

    /** So many keys have their jobs looked for by one statement. */
    private static final int KEYS_AT_ONCE = 64;

    private static final int FORGOTTEN_AT_ONCE = 500;

    private static final String IN_ORDER = " order by limit_key, held, priority, id limit ?";

    private final Dialect dialect;

    LimitRows(Dialect dialect) {
        this.dialect = dialect;
    }

    /** A key as it was read; {@code turn} is when the next may begin, or was last used if it has no rate. */
    record Row(String key, Allowance allowance, long turn, boolean blocked, long now) {
        Row with(Allowance other) {
            return new Row(key, other, turn, blocked, now);
        }

        Row with(long newTurn, boolean nowBlocked) {
            return new Row(key, allowance, newTurn, nowBlocked, now);
        }

        /** How many turns come within the time. */
        long turns(long withinMicros) {
            long every = allowance.everyMicros();
            long left = withinMicros - Math.max(0, turn - now);
            return every == 0 ? MOST_AT_ONCE : left < 0 ? 0 : left / every + 1;
        }

        /** How many slots are free when so many are taken. */
        long slots(long taken) {
            return allowance.running() == 0 ? MOST_AT_ONCE : Math.max(0, allowance.running() - taken);
        }
    }

    /** Locks the rows of keys in their order; those that there are not are made with their limit. */
    Map<String, Row> lock(Connection connection, Set<String> sorted, Map<String, Allowance> allowances)
            throws SQLException {
        Map<String, Row> rows = read(connection, sorted, LOCK);
        while (rows.size() < allowances.size()) {
            SortedMap<String, Allowance> missing = new TreeMap<>(allowances);
            missing.keySet().removeAll(rows.keySet());
            dialect.insertLimits(connection, missing);
            rows.putAll(read(connection, missing.keySet(), LOCK));
        }
        return rows;
    }

    /** Reads and locks, in their order, the rows of these keys that there are. */
    Map<String, Row> read(Connection connection, Set<String> sorted, String lock) throws SQLException {
        Map<String, Row> found = new HashMap<>();
        String columns = "limit_key, running, every_micros, burst, turn, blocked, " + dialect.epochMillis();
        dialect.lockLimits(
                connection,
                columns,
                sorted,
                lock,
                row -> found.put(
                        row.getString(1),
                        new Row(
                                row.getString(1),
                                new Allowance(row.getInt(2), row.getLong(3), row.getInt(4)),
                                row.getLong(5),
                                row.getInt(6) == 1,
                                row.getLong(7) * 1_000)));
        return found;
    }

    /** Keeps what has changed: the limit too, as this process's code has it. */
    static void write(Connection connection, Map<String, Row> before, Map<String, Row> after) throws SQLException {
        boolean any = false;
        try (PreparedStatement update = connection.prepareStatement(
                "update headroom_job_limit set running = ?, every_micros = ?, burst = ?, turn = ?, blocked = ?"
                        + " where limit_key = ?")) {
            for (Row row : after.values()) {
                boolean paced = row.allowance().everyMicros() > 0;
                if (!row.equals(before.get(row.key())) || !paced && row.now() - row.turn() >= USED_MICROS) {
                    update.setInt(1, row.allowance().running());
                    update.setLong(2, row.allowance().everyMicros());
                    update.setInt(3, row.allowance().burst());
                    update.setLong(4, paced ? row.turn() : row.now());
                    update.setInt(5, row.blocked() ? 1 : 0);
                    update.setString(6, row.key());
                    update.addBatch();
                    any = true;
                }
            }
            if (any) {
                update.executeBatch();
            }
        }
    }

    /** How many slots are taken of each of these keys, where there are so many at least; counted, never added up. */
    Map<String, Long> taken(Connection connection, Collection<Row> rows, int atLeast) throws SQLException {
        Map<String, Long> taken = new HashMap<>();
        List<String> keys = rows.stream()
                .filter(row -> row.allowance().running() > 0)
                .map(Row::key)
                .toList();
        if (!keys.isEmpty()) {
            dialect.select(
                    connection,
                    "select limit_key, count(*) from headroom_job where limit_key in (keys) and held in (1, 2)"
                            + " group by limit_key having count(*) >= " + atLeast,
                    keys,
                    row -> taken.put(row.getString(1), row.getLong(2)));
        }
        return taken;
    }

    /** Those of these keys of which jobs are put aside, as their rows say. */
    SortedSet<String> blocked(Connection connection, Collection<String> keys) throws SQLException {
        SortedSet<String> blocked = new TreeSet<>();
        dialect.select(
                connection,
                "select limit_key from headroom_job_limit where blocked = 1 and limit_key in (keys)",
                keys,
                row -> blocked.add(row.getString(1)));
        return blocked;
    }

    /** Those of these keys of which there are jobs that are put aside. */
    SortedSet<String> haveBlocked(Connection connection, Collection<String> keys) throws SQLException {
        SortedSet<String> blocked = new TreeSet<>();
        dialect.select(
                connection,
                "select limit_key from headroom_job_limit l where limit_key in (keys) and exists"
                        + " (select 1 from headroom_job j where j.limit_key = l.limit_key and j.held = " + BLOCKED
                        + ")",
                keys,
                row -> blocked.add(row.getString(1)));
        return blocked;
    }

    /** The keys of which jobs are put aside and for which there may be room now, those longest unused first. */
    List<String> releasable(Connection connection, int limit) throws SQLException {
        String sql = "select limit_key from headroom_job_limit where blocked = 1 and (every_micros = 0 or turn <= ("
                + dialect.epochMillis() + ") * 1000 + " + AHEAD_MICROS + ") and (running = 0 or running >"
                + " (select count(*) from headroom_job l where l.limit_key = headroom_job_limit.limit_key"
                + " and l.held in (1, 2))) order by turn limit ?";
        return Sql.list(connection, sql, row -> row.getString(1), limit);
    }

    /** Jobs that are put aside, in their order, of each key as many as are asked for. */
    static Map<String, List<Long>> blocked(Connection connection, SortedMap<String, Integer> wanted)
            throws SQLException {
        return jobs(
                connection,
                "(select limit_key, id from headroom_job where limit_key = ? and held = " + BLOCKED + IN_ORDER + ")",
                wanted);
    }

    /** Jobs of these keys that are ready and have no slot, about so many. Most others without one are delayed or wait for others. */
    static List<Long> fresh(Connection connection, Collection<String> keys) throws SQLException {
        SortedMap<String, Integer> wanted = new TreeMap<>();
        keys.forEach(key -> wanted.put(key, Math.max(1, Math.min(MOST_AT_ONCE, LOOKED_AT / keys.size()))));
        String some = "(select limit_key, id from (select limit_key, id, state from headroom_job where limit_key = ?"
                + " and held = " + FRESH + " order by limit_key, held, priority, id limit " + LOOKED_AT
                + ") l where state = 0 limit ?)";
        return jobs(connection, some, wanted).values().stream()
                .flatMap(List::stream)
                .toList();
    }

    private static Map<String, List<Long>> jobs(Connection connection, String some, SortedMap<String, Integer> wanted)
            throws SQLException {
        Map<String, List<Long>> found = new TreeMap<>();
        for (List<Map.Entry<String, Integer>> few : Chunks.of(List.copyOf(wanted.entrySet()), KEYS_AT_ONCE)) {
            int marks = Chunks.marks(few.size());
            String sql = String.join(" union all ", Collections.nCopies(marks, some));
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                for (int i = 0; i < marks; i++) {
                    boolean one = i < few.size();
                    select.setString(2 * i + 1, few.get(one ? i : 0).getKey());
                    select.setInt(2 * i + 2, one ? few.get(i).getValue() : 0);
                }
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.computeIfAbsent(rows.getString(1), none -> new ArrayList<>())
                                .add(rows.getLong(2));
                    }
                }
            }
        }
        return found;
    }

    /** Forgets keys that have not been used for so long; some of them, if there are many. Returns how many it looked at. */
    int forgetUnused(Connection connection, long millis) throws SQLException {
        String unused = " blocked + 0 = 0 and turn < ((" + dialect.epochMillis() + ") - ?) * 1000";
        String sql = "select limit_key from headroom_job_limit where" + unused + " limit " + FORGOTTEN_AT_ONCE;
        List<String> keys = Sql.list(connection, sql, row -> row.getString(1), millis);
        try (PreparedStatement delete =
                connection.prepareStatement("delete from headroom_job_limit where limit_key = ? and" + unused)) {
            for (String key : keys) {
                delete.setString(1, key);
                delete.setLong(2, millis);
                delete.addBatch();
            }
            if (!keys.isEmpty()) {
                delete.executeBatch();
            }
        }
        return keys.size();
    }
}
