package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
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
     * Keeps a kind's schedule; when its text has changed the next tick is another one, and nothing else: not when a job of it last ended well.
     *
     * @param afterEnd whether the next tick is counted from the end of the job before, of which one may be under way
     */
    public void declare(Connection connection, String kind, String spec, long intervalMillis, boolean afterEnd)
            throws SQLException {
        dialect.insertSchedule(connection, kind, spec, intervalMillis);
        String next = afterEnd
                ? "case when next_at is null then null else " + dialect.nowPlusMillis() + " end"
                : dialect.nowPlusMillis();
        try (PreparedStatement statement = connection.prepareStatement(
                "update headroom_job_schedule set spec = ?, next_at = " + next + " where kind = ? and spec <> ?")) {
            statement.setString(1, spec);
            statement.setLong(2, intervalMillis);
            statement.setString(3, kind);
            statement.setString(4, spec);
            statement.executeUpdate();
        }
    }

    /** Takes the tick of a fixed rate if it is due: the next one is the first of its grid that lies ahead. */
    public boolean takeRate(Connection connection, String kind, long intervalMillis) throws SQLException {
        long overdue = overdue(connection, kind);
        if (overdue < 0) {
            return false;
        }
        try (PreparedStatement statement = connection.prepareStatement("update headroom_job_schedule set next_at = "
                + dialect.plusMillis("next_at") + " where kind = ? and next_at <= " + dialect.now())) {
            statement.setLong(1, (overdue / intervalMillis + 1) * intervalMillis);
            statement.setString(2, kind);
            return statement.executeUpdate() == 1;
        }
    }

    private long overdue(Connection connection, String kind) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select " + dialect.millisSince("next_at")
                + " from headroom_job_schedule where kind = ? and next_at <= " + dialect.now())) {
            statement.setString(1, kind);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : -1;
            }
        }
    }

    /**
     * A tick of the calendar that is due.
     *
     * @param now the database's clock
     */
    public record Due(Instant now, long overdueMillis) {}

    /** The database's clock. */
    public Instant now(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select " + dialect.epochMillis());
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return Instant.ofEpochMilli(rows.getLong(1));
        }
    }

    /** Takes the tick of a calendar if it is due, which {@link #moveOn} must follow in the same transaction. */
    public @Nullable Due lockDue(Connection connection, String kind) throws SQLException {
        if (overdue(connection, kind) < 0) {
            return null;
        }
        try (PreparedStatement statement = connection.prepareStatement("select " + dialect.epochMillis() + ", "
                + dialect.millisSince("next_at") + " from headroom_job_schedule where kind = ? and next_at <= "
                + dialect.now() + " for update")) {
            statement.setString(1, kind);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? new Due(Instant.ofEpochMilli(rows.getLong(1)), rows.getLong(2)) : null;
            }
        }
    }

    /** Sets when the next tick of a calendar is. */
    public void moveOn(Connection connection, String kind, long untilNextMillis) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update headroom_job_schedule set next_at = " + dialect.nowPlusMillis() + " where kind = ?")) {
            statement.setLong(1, untilNextMillis);
            statement.setString(2, kind);
            statement.executeUpdate();
        }
    }

    /** Lets time pass for all of them. */
    public void advance(Connection connection, long millis) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("update headroom_job_schedule set next_at = "
                + dialect.plusMillis("next_at") + ", done_at = " + dialect.plusMillis("done_at"))) {
            statement.setLong(1, -millis);
            statement.setLong(2, -millis);
            statement.executeUpdate();
        }
    }

    /** Keeps that a job of the kind has just ended well. */
    public void done(Connection connection, String kind) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update headroom_job_schedule set done_at = " + dialect.now() + " where kind = ?")) {
            statement.setString(1, kind);
            statement.executeUpdate();
        }
    }

    /**
     * Keeps that a node has the kind's code; written once a minute.
     *
     * @param silenceMillis for how long the row is wanted after that: the dead man's timer must outlive all who have the code. Kept as a time
     *     that is so much later
     */
    public void seen(Connection connection, String kind, long silenceMillis) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("update headroom_job_schedule set seen_at = "
                + dialect.nowPlusMillis() + " where kind = ? and " + dialect.millisSince("seen_at") + " > ?")) {
            statement.setLong(1, silenceMillis);
            statement.setString(2, kind);
            statement.setLong(3, SEEN_EVERY_MILLIS - silenceMillis);
            statement.executeUpdate();
        }
    }

    /** Deletes the schedules that no node has had the code of for a day, and for the silence of its timer before that; returns how many. */
    public int forgetUnseen(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("delete from headroom_job_schedule where "
                + dialect.millisSince("seen_at") + " > " + Duration.ofDays(1).toMillis())) {
            return statement.executeUpdate();
        }
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
        try (PreparedStatement statement = connection.prepareStatement(
                "update headroom_job_schedule set next_at = null where kind = ? and next_at <= " + dialect.now())) {
            statement.setString(1, kind);
            return statement.executeUpdate() == 1;
        }
    }

    /** Has a fixed delay begin, once its job has ended. */
    public void ended(Connection connection, String kind, long intervalMillis) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("update headroom_job_schedule set next_at = "
                + dialect.nowPlusMillis() + " where kind = ? and next_at is null")) {
            statement.setLong(1, intervalMillis);
            statement.setString(2, kind);
            statement.executeUpdate();
        }
    }

    /** Has a fixed delay begin whose job is gone without having ended here: given up by a rescue, or deleted by hand. */
    public void heal(Connection connection, String kind, long intervalMillis) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("update headroom_job_schedule set next_at = "
                + dialect.nowPlusMillis() + " where kind = ? and next_at is null"
                + " and not exists (select 1 from headroom_job j where j.kind = headroom_job_schedule.kind)")) {
            statement.setLong(1, intervalMillis);
            statement.setString(2, kind);
            statement.executeUpdate();
        }
    }
}
