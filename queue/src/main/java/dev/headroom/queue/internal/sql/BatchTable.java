package dev.headroom.queue.internal.sql;

import dev.headroom.queue.JobResult;
import dev.headroom.queue.batch.BatchProgress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The statements on batches. Whatever ends a job says so here within the same transaction: what waits for it is released or cancelled, and
 * the batch counts it. How many others a job waits for is a number that is counted down under its row's lock, so that of two that end at
 * once exactly one releases it. Locks are taken in one order: jobs, those that wait for them, batches by number; of each job its own row
 * before that which says that it is in a batch.
 */
public final class BatchTable {
    private final Dialect dialect;
    private final ResultTable results;

    /** Statements in this dialect. */
    public BatchTable(Dialect dialect) {
        this.dialect = dialect;
        this.results = new ResultTable(dialect);
    }

    /** That one job waits for another. */
    public record Edge(long job, long next, boolean atAnyEnd) {}

    private record Ended(long job, JobResult.End end) {}

    private record Next(long job, boolean atAnyEnd) {}

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
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into headroom_job_member (job_id, batch_id, waits_for) values (?, ?, ?)")) {
            for (Map.Entry<Long, Integer> each : waitsFor.entrySet()) {
                insert.setLong(1, each.getKey());
                insert.setLong(2, batch);
                insert.setInt(3, each.getValue());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Says who waits for whom. */
    public void edges(Connection connection, List<Edge> edges) throws SQLException {
        if (edges.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into headroom_job_next (job_id, next_id, at_any_end) values (?, ?, ?)")) {
            for (Edge edge : edges) {
                insert.setLong(1, edge.job());
                insert.setLong(2, edge.next());
                insert.setInt(3, edge.atAnyEnd() ? 1 : 0);
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Says which job runs at the end of a batch. */
    public void onEnd(Connection connection, long batch, long job) throws SQLException {
        change(connection, "update headroom_job_batch set then_id = ? where id = ?", job, batch);
    }

    /** A job has ended, in the same transaction; returns whether others became ready for it. */
    public boolean ended(Connection connection, long job, JobResult.End end) throws SQLException {
        return ended(connection, Map.of(job, end));
    }

    /** Jobs have ended, in the same transaction; returns whether others became ready for it. */
    public boolean ended(Connection connection, Map<Long, JobResult.End> ends) throws SQLException {
        Deque<Ended> work = new ArrayDeque<>();
        new TreeMap<>(ends).forEach((job, end) -> work.add(new Ended(job, end)));
        Map<Long, int[]> counts = new TreeMap<>();
        boolean released = false;
        while (!work.isEmpty()) {
            Ended each = work.remove();
            OptionalLong batch = batchOf(connection, each.job());
            if (batch.isPresent()) {
                if (!isAtEndOf(connection, batch.getAsLong(), each.job())) {
                    counts.computeIfAbsent(batch.getAsLong(), none -> new int[3])[
                            each.end().ordinal()]++;
                }
                for (Next next : after(connection, each.job())) {
                    if (next.atAnyEnd() || each.end() == JobResult.End.DONE) {
                        released |= countDown(connection, next.job());
                    } else if (cancel(connection, next.job())) {
                        work.add(new Ended(next.job(), JobResult.End.CANCELLED));
                    }
                }
                change(connection, "delete from headroom_job_next where job_id = ?", each.job());
                change(connection, "delete from headroom_job_member where job_id = ?", each.job());
            }
        }
        for (Map.Entry<Long, int[]> each : counts.entrySet()) {
            released |= count(connection, each.getKey(), each.getValue());
        }
        return released;
    }

    private static List<Next> after(Connection connection, long job) throws SQLException {
        List<Next> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select next_id, at_any_end from headroom_job_next where job_id = ? order by next_id")) {
            select.setLong(1, job);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(new Next(rows.getLong(1), rows.getInt(2) == 1));
                }
            }
        }
        return found;
    }

    private boolean countDown(Connection connection, long job) throws SQLException {
        // Whoever cancels it locks the job first, too. One that is gone waits for nobody.
        String lock = "select id from headroom_job where id = ? and state = 4 for update";
        if (number(connection, lock, job).isEmpty()) {
            return false;
        }
        change(connection, "update headroom_job_member set waits_for = waits_for - 1 where job_id = ?", job);
        return change(
                        connection,
                        ready() + " and exists (select 1 from headroom_job_member m"
                                + " where m.job_id = headroom_job.id and m.waits_for = 0)",
                        job)
                == 1;
    }

    private String ready() {
        return "update headroom_job set state = 0, pos = " + dialect.nextPosition() + ", run_at = " + dialect.now()
                + " where id = ? and state = 4";
    }

    private boolean cancel(Connection connection, long job) throws SQLException {
        boolean cancelled = change(connection, "delete from headroom_job where id = ? and state = 4", job) == 1;
        if (cancelled) {
            LimitTable.forget(connection, job);
            results.end(connection, job, JobResult.End.CANCELLED, null);
        }
        return cancelled;
    }

    private boolean count(Connection connection, long batch, int[] ends) throws SQLException {
        change(
                connection,
                "update headroom_job_batch set done = done + ?, dead = dead + ?, cancelled = cancelled + ? where id = ?",
                ends[0],
                ends[1],
                ends[2],
                batch);
        boolean over = change(
                        connection,
                        "update headroom_job_batch set ended_at = " + dialect.now()
                                + " where id = ? and ended_at is null and done + dead + cancelled >= total",
                        batch)
                == 1;
        OptionalLong then = over
                ? number(
                        connection,
                        "select then_id from headroom_job_batch where id = ? and then_id is not null",
                        batch)
                : OptionalLong.empty();
        return then.isPresent() && change(connection, ready(), then.getAsLong()) == 1;
    }

    private static boolean isAtEndOf(Connection connection, long batch, long job) throws SQLException {
        return number(connection, "select id from headroom_job_batch where id = ? and then_id = ?", batch, job)
                .isPresent();
    }

    /** The batch of a job that has not ended. */
    public OptionalLong batchOf(Connection connection, long job) throws SQLException {
        return number(connection, "select batch_id from headroom_job_member where job_id = ?", job);
    }

    /** The jobs of a batch that have not ended, but for the one that runs at its end. */
    public List<Long> jobs(Connection connection, long batch) throws SQLException {
        List<Long> found = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "select job_id from headroom_job_member m where batch_id = ? and not exists (select 1 from"
                        + " headroom_job_batch b where b.id = m.batch_id and b.then_id = m.job_id) order by job_id")) {
            select.setLong(1, batch);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getLong(1));
                }
            }
        }
        return found;
    }

    /** How far a batch is. */
    public Optional<BatchProgress> progress(Connection connection, long batch) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select total, done, dead, cancelled from headroom_job_batch where id = ?")) {
            select.setLong(1, batch);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next()
                        ? Optional.of(new BatchProgress(rows.getInt(1), rows.getInt(2), rows.getInt(3), rows.getInt(4)))
                        : Optional.empty();
            }
        }
    }

    /** Forgets batches that ended so long ago, and whose last job has too. */
    public void prune(Connection connection, long millis) throws SQLException {
        change(
                connection,
                "delete from headroom_job_batch where ended_at < " + dialect.nowPlusMillis()
                        + " and not exists (select 1 from headroom_job_member m where m.batch_id = headroom_job_batch.id)",
                -millis);
    }

    private static OptionalLong number(Connection connection, String sql, long... parameters) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                select.setLong(i + 1, parameters[i]);
            }
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    private static int change(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }
}
