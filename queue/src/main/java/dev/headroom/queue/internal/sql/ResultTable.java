package dev.headroom.queue.internal.sql;

import dev.headroom.queue.JobProgress;
import dev.headroom.queue.JobResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The statements on the results of tracked jobs. The row is there from the enqueue on, in the same transaction, so that whatever follows is
 * a plain update of one row, and none for a job that is not tracked.
 */
public final class ResultTable {
    private final Dialect dialect;

    /** Statements in this dialect. */
    public ResultTable(Dialect dialect) {
        this.dialect = dialect;
    }

    /** A job's end. */
    public record Ended(
            JobResult.End end,
            @Nullable String value,
            @Nullable String error,
            Instant at) {}

    /** Begins to track a job that was just inserted. */
    public void open(Connection connection, long id, String kind) throws SQLException {
        Sql.change(connection, "insert into headroom_job_result (job_id, kind) values (?, ?)", id, kind);
    }

    /** Begins to track jobs of a kind that were just inserted. */
    public void openAll(Connection connection, List<Long> ids, String kind) throws SQLException {
        Rows.insert(
                connection,
                "insert into headroom_job_result (job_id, kind) values",
                "(?, ?)",
                ids,
                (insert, bound, id) -> {
                    insert.setLong(bound + 1, id);
                    insert.setString(bound + 2, kind);
                    return bound + 2;
                });
    }

    /** Begins to track a job whose kind was not tracked yet in the process that enqueued it. */
    public void openIfAbsent(Connection connection, long id, String kind) throws SQLException {
        if (Sql.longs(connection, "select job_id from headroom_job_result where job_id = ?", id)
                .isEmpty()) {
            open(connection, id, kind);
        }
    }

    /** The kind of a job that is or was tracked; empty if there is no such result. */
    public Optional<String> kind(Connection connection, long id) throws SQLException {
        String sql = "select kind from headroom_job_result where job_id = ? and kind is not null";
        return Sql.first(connection, sql, row -> row.getString(1), id);
    }

    /** How a job of a tracked kind ended. */
    public record JobEnd(
            ClaimedJob job, JobResult.End end, @Nullable String value) {}

    /** Keeps how jobs of tracked kinds ended. */
    public void end(Connection connection, List<JobEnd> ends) throws SQLException {
        if (ends.size() > 1 && dialect.countsBatches()) {
            try (PreparedStatement statement = connection.prepareStatement(ending())) {
                for (JobEnd each : ends) {
                    bind(statement, each.job().id(), each.end(), each.value());
                    statement.addBatch();
                }
                int[] counts = statement.executeBatch();
                for (int i = 0; i < counts.length; i++) {
                    if (counts[i] == 0) {
                        JobEnd each = ends.get(i);
                        end(connection, each.job(), each.end(), each.value());
                    }
                }
            }
        } else {
            for (JobEnd each : ends) {
                end(connection, each.job(), each.end(), each.value());
            }
        }
    }

    private String ending() {
        return "update headroom_job_result set outcome = ?, result = ?, ended_at = " + dialect.now()
                + " where job_id = ?";
    }

    private static void bind(PreparedStatement statement, long id, JobResult.End end, @Nullable String value)
            throws SQLException {
        statement.setInt(1, end.ordinal());
        statement.setString(2, value);
        statement.setLong(3, id);
    }

    /** Keeps how a job of a tracked kind ended. */
    public void end(Connection connection, ClaimedJob job, JobResult.End end, @Nullable String value)
            throws SQLException {
        if (!end(connection, job.id(), end, value)) {
            open(connection, job.id(), job.kind());
            end(connection, job.id(), end, value);
        }
    }

    /** Keeps how a job ended if it is tracked; false if it is not. */
    public boolean end(Connection connection, long id, JobResult.End end, @Nullable String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ending())) {
            bind(statement, id, end, value);
            return statement.executeUpdate() == 1;
        }
    }

    /** Keeps of those that are tracked that they were cancelled. */
    public void cancelled(Connection connection, Collection<Long> ids) throws SQLException {
        dialect.changeRows(
                connection,
                "update headroom_job_result set outcome = " + JobResult.End.CANCELLED.ordinal()
                        + ", result = null, ended_at = " + dialect.now() + " where job_id",
                ids);
    }

    /** Keeps that a job is a dead letter, whose row is there. */
    void died(Connection connection, long id) throws SQLException {
        end(connection, id, JobResult.End.DEAD, null);
        Sql.change(
                connection,
                "update headroom_job_result set error = (select d.error from headroom_job_dead d"
                        + " where d.id = headroom_job_result.job_id) where job_id = ?",
                id);
    }

    /** Forgets how jobs ended that begin anew. */
    void reopen(Connection connection, Collection<Long> ids) throws SQLException {
        dialect.changeRows(
                connection,
                "update headroom_job_result set outcome = null, result = null, error = null, ended_at = null where job_id",
                ids);
    }

    /** Keeps how far a job is, unless its lease was lost; false if it was, or the job is not tracked. */
    public boolean progress(Connection connection, ClaimedJob job, JobProgress progress) throws SQLException {
        String sql = "update headroom_job_result set share = ?, note = ? where job_id = ? and exists"
                + " (select 1 from headroom_job j where j.id = headroom_job_result.job_id and j.lease = ? and j.state = 1)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setDouble(1, progress.share());
            statement.setString(2, progress.note());
            statement.setLong(3, job.id());
            statement.setLong(4, job.lease());
            return statement.executeUpdate() == 1;
        }
    }

    /** How far a job is. */
    public Optional<JobProgress> progress(Connection connection, long id) throws SQLException {
        String sql = "select share, note from headroom_job_result where job_id = ? and share is not null";
        return Sql.first(connection, sql, row -> new JobProgress(row.getDouble(1), row.getString(2)), id);
    }

    /** How a job ended. */
    public Optional<Ended> ended(Connection connection, long id) throws SQLException {
        String sql = "select outcome, result, error, ended_at from headroom_job_result"
                + " where job_id = ? and outcome is not null";
        return Sql.first(connection, sql, this::ended, id);
    }

    private Ended ended(ResultSet row) throws SQLException {
        return new Ended(
                JobResult.End.values()[row.getInt(1)], row.getString(2), row.getString(3), dialect.instant(row, 4));
    }

    /** Deletes at most so many results of jobs that ended so long ago, but for those that may be requeued; returns how many. */
    public int prune(Connection connection, long millis, int limit) throws SQLException {
        List<Long> old = Sql.longs(
                connection,
                "select job_id from headroom_job_result where ended_at < " + dialect.nowPlusMillis()
                        + " and not exists (select 1 from headroom_job_dead d where d.id = job_id) order by ended_at limit ?",
                -millis,
                limit);
        dialect.changeRows(connection, "delete from headroom_job_result where job_id", old);
        return old.size();
    }
}
