package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The statements that the test kit alone needs: what waits, and how time passes. What is due is a difference of times, and only the
 * database's clock counts: so the times move, not the clock.
 */
public final class ManualTime {
    private final Dialect dialect;

    /** Statements in this dialect. */
    public ManualTime(Dialect dialect) {
        this.dialect = dialect;
    }

    /** A job that waits, as it was enqueued. */
    public record Waiting(int version, @Nullable String payload) {}

    /** The jobs of a kind that wait, in the order of their enqueuing. */
    public List<Waiting> waiting(Connection connection, String kind) throws SQLException {
        String sql = "select kind_version, payload from headroom_job where kind = ? and state <> 1 order by id";
        return Sql.list(connection, sql, row -> new Waiting(row.getInt(1), row.getString(2)), kind);
    }

    /** The kinds of all jobs that wait, in the order of their enqueuing. */
    public List<String> waiting(Connection connection) throws SQLException {
        String sql = "select kind from headroom_job where state <> 1 order by id";
        return Sql.list(connection, sql, row -> row.getString(1));
    }

    /** Makes every scheduled job due so much earlier, and so every limit's turn and every key that is taken for a time. */
    public void advance(Connection connection, long millis) throws SQLException {
        advanceJobs(connection, millis);
        Sql.change(connection, "update headroom_job_limit set turn = turn - ?", millis * 1_000);
        Sql.change(connection, "update headroom_job_window set free_at = " + dialect.plusMillis("free_at"), -millis);
    }

    private void advanceJobs(Connection connection, long millis) throws SQLException {
        List<long[]> remaining = Sql.list(
                connection,
                "select id, " + dialect.millisSince("run_at") + " from headroom_job where state = 2 order by id",
                row -> new long[] {row.getLong(1), -row.getLong(2)});
        try (PreparedStatement update = connection.prepareStatement(
                "update headroom_job set run_at = " + dialect.nowPlusMillis() + " where id = ? and state = 2")) {
            for (long[] job : remaining) {
                update.setLong(1, job[1] - millis);
                update.setLong(2, job[0]);
                update.addBatch();
            }
            update.executeBatch();
        }
    }

    /** Makes the ticks of all schedules due so much earlier, and the last end of their jobs so much longer ago. */
    public void advanceSchedules(Connection connection, long millis) throws SQLException {
        String sql = "update headroom_job_schedule set next_at = " + dialect.plusMillis("next_at") + ", done_at = "
                + dialect.plusMillis("done_at");
        Sql.change(connection, sql, -millis, -millis);
    }
}
