package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The statements on schedules. A tick belongs to whoever's conditional update moves the schedule on; the job is inserted in the same
 * transaction.
 */
public final class ScheduleTable {
    private static final long SEEN_EVERY_MILLIS = 60_000;

    private final Dialect dialect;

    /** Statements in this dialect. */
    public ScheduleTable(Dialect dialect) {
        this.dialect = dialect;
    }

    /**
     * Keeps a kind's schedule; when its text has changed the next tick is another one, and nothing else:
     * not when a job of it last ended well.
     *
     * @param afterEnd whether the next tick is counted from the end of the job before, of which one may be under way
     */
    public void declare(Connection connection, String kind, String spec, long intervalMillis, boolean afterEnd)
            throws SQLException {
        String first = "?, " + dialect.nowPlusMillis();
        Sql.change(
                connection,
                dialect.insertIfAbsent("headroom_job_schedule", "kind", "spec, next_at", first),
                kind,
                spec,
                intervalMillis);
        String next = afterEnd
                ? "case when next_at is null then null else " + dialect.nowPlusMillis() + " end"
                : dialect.nowPlusMillis();
        String sql = "update headroom_job_schedule set spec = ?, next_at = " + next + " where kind = ? and spec <> ?";
        Sql.change(connection, sql, spec, intervalMillis, kind, spec);
    }

    /** Takes the tick of a fixed rate if it is due: the next one is the first of its grid that lies ahead. */
    public boolean takeRate(Connection connection, String kind, long intervalMillis) throws SQLException {
        long overdue = overdue(connection, kind);
        if (overdue < 0) {
            return false;
        }
        String sql = "update headroom_job_schedule set next_at = " + dialect.plusMillis("next_at")
                + " where kind = ? and next_at <= " + dialect.now();
        return Sql.change(connection, sql, (overdue / intervalMillis + 1) * intervalMillis, kind) == 1;
    }

    private long overdue(Connection connection, String kind) throws SQLException {
        String sql = "select " + dialect.millisSince("next_at")
                + " from headroom_job_schedule where kind = ? and next_at <= " + dialect.now();
        return Sql.first(connection, sql, row -> row.getLong(1), kind).orElse(-1L);
    }

    /**
     * A tick of the calendar that is due.
     *
     * @param now the database's clock
     */
    public record Due(Instant now, long overdueMillis) {}

    /** The database's clock. */
    public Instant now(Connection connection) throws SQLException {
        List<Long> millis = Sql.longs(connection, "select " + dialect.epochMillis());
        return Instant.ofEpochMilli(millis.get(0));
    }

    /** Takes the tick of a calendar if it is due, which {@link #moveOn} must follow in the same transaction. */
    public @Nullable Due lockDue(Connection connection, String kind) throws SQLException {
        if (overdue(connection, kind) < 0) {
            return null;
        }
        String sql = "select " + dialect.epochMillis() + ", " + dialect.millisSince("next_at")
                + " from headroom_job_schedule where kind = ? and next_at <= " + dialect.now() + " for update";
        return Sql.first(connection, sql, row -> new Due(Instant.ofEpochMilli(row.getLong(1)), row.getLong(2)), kind)
                .orElse(null);
    }

    /** Sets when the next tick of a calendar is. */
    public void moveOn(Connection connection, String kind, long untilNextMillis) throws SQLException {
        String sql = "update headroom_job_schedule set next_at = " + dialect.nowPlusMillis() + " where kind = ?";
        Sql.change(connection, sql, untilNextMillis, kind);
    }

    /** Keeps that a job of the kind has just ended well. */
    public void done(Connection connection, String kind) throws SQLException {
        String sql = "update headroom_job_schedule set done_at = " + dialect.now() + " where kind = ?";
        Sql.change(connection, sql, kind);
    }

    /**
     * Keeps that a node has the kind's code; written once a minute.
     *
     * @param silenceMillis for how long the row is wanted after that: the dead man's timer must outlive all who have the code. Kept as a
     *     time that is so much later
     */
    public void seen(Connection connection, String kind, long silenceMillis) throws SQLException {
        String sql = "update headroom_job_schedule set seen_at = " + dialect.nowPlusMillis() + " where kind = ? and "
                + dialect.millisSince("seen_at") + " > ?";
        Sql.change(connection, sql, silenceMillis, kind, SEEN_EVERY_MILLIS - silenceMillis);
    }

    /** Deletes the schedules that no node has had the code of for a day, and for the silence of its timer before that; returns how many. */
    public int forgetUnseen(Connection connection) throws SQLException {
        String unseen =
                dialect.millisSince("seen_at") + " > " + Duration.ofDays(1).toMillis();
        return Sql.change(connection, "delete from headroom_job_schedule where " + unseen);
    }

    /** In how many milliseconds each kind's next tick is due (0 or less: now), of those that have one. */
    public Map<String, Long> untilNext(Connection connection) throws SQLException {
        Map<String, Long> until = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement("select kind, " + dialect.millisSince("next_at")
                        + " from headroom_job_schedule where next_at is not null");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                until.put(rows.getString(1), -rows.getLong(2));
            }
        }
        return until;
    }

    /** How long ago a job of each kind ended well, or its schedule began. */
    public Map<String, Duration> sinceDone(Connection connection) throws SQLException {
        Map<String, Duration> since = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(
                        "select kind, " + dialect.millisSince("done_at") + " from headroom_job_schedule");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                since.put(rows.getString(1), Duration.ofMillis(rows.getLong(2)));
            }
        }
        return since;
    }

    /** Takes the tick of a fixed delay if it is due: there is no next one until the job has ended. */
    public boolean takeDelay(Connection connection, String kind) throws SQLException {
        String sql = "update headroom_job_schedule set next_at = null where kind = ? and next_at <= " + dialect.now();
        return Sql.change(connection, sql, kind) == 1;
    }

    /** Has a fixed delay begin, once its job has ended. */
    public void ended(Connection connection, String kind, long intervalMillis) throws SQLException {
        Sql.change(connection, beginning(), intervalMillis, kind);
    }

    /** Has a fixed delay begin whose job is gone without having ended here: given up by a rescue, or deleted by hand. */
    public void heal(Connection connection, String kind, long intervalMillis) throws SQLException {
        String gone = " and not exists (select 1 from headroom_job j where j.kind = headroom_job_schedule.kind)";
        Sql.change(connection, beginning() + gone, intervalMillis, kind);
    }

    private String beginning() {
        return "update headroom_job_schedule set next_at = " + dialect.nowPlusMillis()
                + " where kind = ? and next_at is null";
    }
}
