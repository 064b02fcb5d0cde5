package dev.headroom.queue.internal.sql;

import dev.headroom.queue.JobResult;
import dev.headroom.queue.batch.BatchProgress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The statements on batches and on who is in them. What follows from the end of a job is {@link BatchEnds}' affair. */
public final class BatchTable {
    private final Dialect dialect;
    private final BatchEnds ends;

    /** Statements in this dialect. */
    public BatchTable(Dialect dialect) {
        this.dialect = dialect;
        this.ends = new BatchEnds(dialect);
    }

    /** That one job waits for another. */
    public record Edge(long job, long next, boolean atAnyEnd) {}

    /** Begins a batch of so many jobs and returns its number. */
    public long open(Connection connection, int total) throws SQLException {
        String sql = "insert into headroom_job_batch (total, ended_at) values (?, "
                + (total == 0 ? dialect.now() : "null") + ")";
        try (PreparedStatement insert = connection.prepareStatement(sql, new String[] {"id"})) {
            insert.setInt(1, total);
            insert.executeUpdate();
            try (ResultSet keys = insert.getGeneratedKeys()) {
                keys.next();
                return keys.getLong(1);
            }
        }
    }

    /** Says which jobs are in a batch and for how many others each waits. */
    public void members(Connection connection, long batch, Map<Long, Integer> waitsFor) throws SQLException {
        Rows.insert(
                connection,
                "insert into headroom_job_member (job_id, batch_id, waits_for) values",
                "(?, ?, ?)",
                List.copyOf(waitsFor.entrySet()),
                (insert, bound, each) -> {
                    insert.setLong(bound + 1, each.getKey());
                    insert.setLong(bound + 2, batch);
                    insert.setInt(bound + 3, each.getValue());
                    return bound + 3;
                });
    }

    /** Says who waits for whom. */
    public void edges(Connection connection, List<Edge> edges) throws SQLException {
        Rows.insert(
                connection,
                "insert into headroom_job_next (job_id, next_id, at_any_end) values",
                "(?, ?, ?)",
                edges,
                (insert, bound, edge) -> {
                    insert.setLong(bound + 1, edge.job());
                    insert.setLong(bound + 2, edge.next());
                    insert.setInt(bound + 3, edge.atAnyEnd() ? 1 : 0);
                    return bound + 3;
                });
    }

    /** Says which job runs at the end of a batch. */
    public void onEnd(Connection connection, long batch, long job) throws SQLException {
        Sql.change(connection, "update headroom_job_batch set then_id = ? where id = ?", job, batch);
    }

    /** A job has ended, in the same transaction; returns whether others became ready for it. */
    public boolean ended(Connection connection, long job, JobResult.End end) throws SQLException {
        return ended(connection, Map.of(job, end));
    }

    /** Jobs have ended, in the same transaction; returns whether others became ready for it. */
    public boolean ended(Connection connection, Map<Long, JobResult.End> jobs) throws SQLException {
        return ends.ended(connection, jobs);
    }

    /** Dead letters begin anew in their batches, which have not ended then; their rows are there already. */
    void reopen(Connection connection, Collection<Long> jobs) throws SQLException {
        Map<Long, Integer> again = new TreeMap<>();
        for (List<Long> few : Ids.chunks(jobs)) {
            String sql = "select m.batch_id, count(*) from headroom_job_member m join headroom_job j on j.id = m.job_id"
                    + " join headroom_job_batch b on b.id = m.batch_id where (b.then_id is null or b.then_id <> m.job_id)"
                    + " and m.job_id" + Ids.in(few.size()) + " group by m.batch_id";
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                Ids.bind(select, 0, few);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        again.merge(rows.getLong(1), rows.getInt(2), Integer::sum);
                    }
                }
            }
        }
        dialect.changeRows(
                connection,
                "update headroom_job set flags = flags + " + NewJob.BATCHED + " where mod(flags, " + 2 * NewJob.BATCHED
                        + ") < " + NewJob.BATCHED
                        + " and exists (select 1 from headroom_job_member m where m.job_id = headroom_job.id) and id",
                jobs);
        for (Map.Entry<Long, Integer> each : again.entrySet()) {
            String sql = "update headroom_job_batch set dead = dead - ?, ended_at = null where id = ?";
            Sql.change(connection, sql, each.getValue(), each.getKey());
        }
    }

    /** Forgets that dead letters, which are deleted, were in a batch. */
    void forget(Connection connection, Collection<Long> jobs) throws SQLException {
        dialect.changeRows(connection, "delete from headroom_job_member where job_id", jobs);
    }

    /** The batch of a job that has not ended. */
    public OptionalLong batchOf(Connection connection, long job) throws SQLException {
        return Sql.longs(connection, "select batch_id from headroom_job_member where job_id = ?", job).stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /** The jobs of a batch that have not ended, but for the one that runs at its end; dead letters too. */
    public List<Long> jobs(Connection connection, long batch) throws SQLException {
        return Sql.longs(
                connection,
                "select job_id from headroom_job_member m where batch_id = ? and not exists (select 1 from"
                        + " headroom_job_batch b where b.id = m.batch_id and b.then_id = m.job_id) order by job_id",
                batch);
    }

    /** How far a batch is. */
    public Optional<BatchProgress> progress(Connection connection, long batch) throws SQLException {
        return Sql.first(
                connection,
                "select total, done, dead, cancelled from headroom_job_batch where id = ?",
                row -> new BatchProgress(row.getInt(1), row.getInt(2), row.getInt(3), row.getInt(4)),
                batch);
    }

    /**
     * Forgets at most so many batches that ended so long ago, and whose last job has too; returns how many. Found by a plain select, so
     * that nothing waits for batches that callers have enqueued and not committed.
     */
    public int prune(Connection connection, long millis, int limit) throws SQLException {
        List<Long> old = Sql.longs(
                connection,
                "select id from headroom_job_batch b where ended_at < " + dialect.nowPlusMillis()
                        + " and not exists (select 1 from headroom_job_member m where m.batch_id = b.id) limit ?",
                -millis,
                limit);
        return dialect.changeRows(connection, "delete from headroom_job_batch where id", old);
    }
}
