package dev.headroom.queue.internal.sql;

import dev.headroom.queue.internal.sql.LimitRows.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts right what is beside limited jobs when processes died. Rows are looked for by plain selects, a chunk at a time, and changed by number,
 * so that nothing waits for a transaction of a caller; what frees a slot is looked at again under its key's lock, where no claim is
 * under way.
 */
public final class LimitHeal {
    private static final int CHUNK = 500;

    /** A slot whose holder is gone or does not need it. */
    private static final String STALE =
            "select l.limit_key, l.job_id from headroom_job_limited l left join headroom_job j on j.id = l.job_id"
                    + " where l.held in (1, 2) and (j.id is null or j.state > 2 or (l.held = 1 and j.state <> 1))";

    private static final String LOOKED_AT = "select c.job_id, c.held, j.state, d.id from"
            + " (select job_id, held from headroom_job_limited where job_id > ? order by job_id limit " + CHUNK
            + ") c left join headroom_job j on j.id = c.job_id left join headroom_job_dead d on d.id = c.job_id"
            + " order by c.job_id";

    private final Dialect dialect;
    private final LimitTable limits;
    private final LimitRows rows;

    /** Statements in this dialect. */
    public LimitHeal(Dialect dialect, LimitTable limits) {
        this.dialect = dialect;
        this.limits = limits;
        this.rows = new LimitRows(dialect);
    }

    /** Jobs that may hold a slot in vain, by key; some of them, if there are many. */
    public Map<String, List<Long>> suspects(Connection connection) throws SQLException {
        Map<String, List<Long>> found = new TreeMap<>();
        try (PreparedStatement select = connection.prepareStatement(STALE + " limit " + CHUNK);
                ResultSet stale = select.executeQuery()) {
            while (stale.next()) {
                found.computeIfAbsent(stale.getString(1), unknown -> new ArrayList<>())
                        .add(stale.getLong(2));
            }
        }
        return found;
    }

    /** Frees those of these slots of a key that are held in vain, unless somebody has locked the key; true if others became ready for it. */
    public boolean free(Connection connection, String key, List<Long> suspects) throws SQLException {
        if (rows.read(connection, key, "") == null) {
            dialect.insertLimit(connection, key);
        }
        Row row = rows.read(connection, key, LimitRows.LOCK_IF_FREE);
        if (row == null) {
            return false;
        }
        List<Long> stale = new ArrayList<>();
        for (List<Long> chunk : Ids.chunks(suspects)) {
            try (PreparedStatement select =
                    connection.prepareStatement(STALE + " and l.limit_key = ? and l.job_id" + Ids.in(chunk.size()))) {
                select.setString(1, key);
                Ids.bind(select, 1, chunk);
                try (ResultSet still = select.executeQuery()) {
                    while (still.next()) {
                        stale.add(still.getLong(2));
                    }
                }
            }
        }
        LimitRows.hold(connection, stale, LimitRows.FRESH);
        return row.blocked() && limits.release(connection, row, row);
    }

    /** Forgets limited jobs that are gone, of a chunk of those after a number; returns the last one looked at, 0 at the end. */
    public long forgetGone(Connection connection, long after) throws SQLException {
        long last = 0;
        int count = 0;
        List<Long> gone = new ArrayList<>();
        List<Long> released = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(LOOKED_AT)) {
            select.setLong(1, after);
            try (ResultSet looked = select.executeQuery()) {
                while (looked.next()) {
                    last = looked.getLong(1);
                    count++;
                    int held = looked.getInt(2);
                    int state = looked.getInt(3);
                    boolean noJob = looked.wasNull();
                    looked.getLong(4);
                    if (noJob && looked.wasNull() && (held == LimitRows.FRESH || held == LimitRows.BLOCKED)) {
                        // Numbers are never given out again.
                        gone.add(last);
                    } else if (!noJob && held == LimitRows.BLOCKED && state < 3) {
                        released.add(last);
                    }
                }
            }
        }
        Ids.change(connection, "delete from headroom_job_limited where job_id", gone);
        for (int state : released.isEmpty() ? new int[0] : new int[] {0, 2}) {
            LimitRows.hold(connection, dialect.lockFree(connection, released, state), LimitRows.FRESH);
        }
        return count < CHUNK ? 0 : last;
    }

    /** Forgets keys that have not been used for so long; some of them, if there are many. */
    public void forgetUnused(Connection connection, long millis) throws SQLException {
        String unused = " blocked + 0 = 0 and turn < ((" + dialect.epochMillis() + ") - ?) * 1000";
        List<String> keys = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select limit_key from headroom_job_limit where" + unused + " limit " + CHUNK)) {
            select.setLong(1, millis);
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    keys.add(found.getString(1));
                }
            }
        }
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
    }
}
