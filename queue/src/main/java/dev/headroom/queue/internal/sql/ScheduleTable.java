package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The statements on schedules. A tick belongs to whoever's conditional update moves the schedule on; the job is inserted in the same
 * transaction.
 */
public final class ScheduleTable {
    private final Dialect dialect;

    /** Statements in this dialect. */
    public ScheduleTable(Dialect dialect) {
        this.dialect = dialect;
    }

    /** Keeps a kind's schedule; begins it anew when its text has changed. */
    public void declare(Connection connection, String kind, String spec, long intervalMillis) throws SQLException {
        dialect.insertSchedule(connection, kind, spec, intervalMillis);
        try (PreparedStatement statement =
                connection.prepareStatement("update headroom_job_schedule set spec = ?, next_at = "
                        + dialect.nowPlusMillis() + " where kind = ? and spec <> ?")) {
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
