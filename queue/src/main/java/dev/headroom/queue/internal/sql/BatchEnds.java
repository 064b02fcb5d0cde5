package dev.headroom.queue.internal.sql;

import dev.headroom.queue.JobResult;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What follows from the ends of jobs that are in batches. Whatever ends jobs says so here within the same transaction: what waits for them
 * is released or cancelled, and their batches count them. How many others a job waits for is a number that is counted down under its row's
 * lock, so that of two that end at once exactly one releases it. A step of a graph after the other, each by a few statements however many
 * jobs it has. Locks are taken in one order: jobs, those that wait for them, batches by number; of each job its own row before that which
 * says that it is in a batch.
 */
final class BatchEnds {
    private final Dialect dialect;
    private final ResultTable results;

    BatchEnds(Dialect dialect) {
        this.dialect = dialect;
        this.results = new ResultTable(dialect);
    }

    private record Next(long job, long next, boolean atAnyEnd) {}

    /** Of those that wait for what has ended: for how many ends each waits less, and whom one of them cancels. */
    private record Effects(Map<Long, Integer> times, Set<Long> cancelled) {}

    boolean ended(Connection connection, Map<Long, JobResult.End> jobs) throws SQLException {
        Map<Long, int[]> counts = new TreeMap<>();
        boolean released = false;
        Map<Long, JobResult.End> step = new TreeMap<>(jobs);
        while (!step.isEmpty()) {
            Map<Long, Long> batches = batches(connection, step.keySet());
            step.keySet().retainAll(batches.keySet());
            if (step.isEmpty()) {
                break;
            }
            count(connection, step, batches, counts);
            Effects effects = effects(step, after(connection, step.keySet()));
            Set<Long> cancelled = cancel(connection, effects);
            released |= countDown(connection, effects);
            forget(connection, step);
            step = new TreeMap<>();
            for (long each : cancelled) {
                step.put(each, JobResult.End.CANCELLED);
            }
        }
        for (Map.Entry<Long, int[]> each : counts.entrySet()) {
            released |= add(connection, each.getKey(), each.getValue());
        }
        return released;
    }

    private static Map<Long, Long> batches(Connection connection, Collection<Long> jobs) throws SQLException {
        return pairs(connection, "select job_id, batch_id from headroom_job_member where job_id", jobs);
    }

    private static Map<Long, Long> pairs(Connection connection, String select, Collection<Long> ids)
            throws SQLException {
        Map<Long, Long> found = new HashMap<>();
        for (List<Long> few : Ids.chunks(ids)) {
            try (PreparedStatement statement = connection.prepareStatement(select + Ids.in(few.size()))) {
                Ids.bind(statement, 0, few);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.put(rows.getLong(1), rows.getLong(2));
                    }
                }
            }
        }
        return found;
    }

    /** A batch does not count the job that runs at its end. */
    private static void count(
            Connection connection, Map<Long, JobResult.End> ends, Map<Long, Long> batches, Map<Long, int[]> counts)
            throws SQLException {
        Map<Long, Long> last = pairs(
                connection,
                "select id, then_id from headroom_job_batch where then_id is not null and id",
                new TreeSet<>(batches.values()));
        ends.forEach((job, end) -> {
            long batch = Objects.requireNonNull(batches.get(job));
            if (!job.equals(last.get(batch))) {
                counts.computeIfAbsent(batch, none -> new int[3])[end.ordinal()]++;
            }
        });
    }

    private static List<Next> after(Connection connection, Collection<Long> jobs) throws SQLException {
        List<Next> found = new ArrayList<>();
        for (List<Long> few : Ids.chunks(jobs)) {
            String sql = "select job_id, next_id, at_any_end from headroom_job_next where job_id" + Ids.in(few.size());
            try (PreparedStatement select = connection.prepareStatement(sql)) {
                Ids.bind(select, 0, few);
                try (ResultSet rows = select.executeQuery()) {
                    while (rows.next()) {
                        found.add(new Next(rows.getLong(1), rows.getLong(2), rows.getInt(3) == 1));
                    }
                }
            }
        }
        return found;
    }

    private static Effects effects(Map<Long, JobResult.End> ends, List<Next> edges) {
        Effects effects = new Effects(new TreeMap<>(), new TreeSet<>());
        for (Next edge : edges) {
            if (edge.atAnyEnd() || ends.get(edge.job()) == JobResult.End.DONE) {
                effects.times().merge(edge.next(), 1, Integer::sum);
            } else {
                effects.cancelled().add(edge.next());
            }
        }
        // Whoever cancels it by hand locks the job first, too. One that is gone waits for nobody.
        effects.times().keySet().removeAll(effects.cancelled());
        return effects;
    }

    private Set<Long> cancel(Connection connection, Effects effects) throws SQLException {
        Set<Long> all = new TreeSet<>(effects.cancelled());
        all.addAll(effects.times().keySet());
        List<Long> waiting = Ids.locked(
                connection, "select id from " + dialect.byNumber("headroom_job") + " where id", all, " and state = 4");
        effects.times().keySet().retainAll(Set.copyOf(waiting));
        effects.cancelled().retainAll(Set.copyOf(waiting));
        Set<Long> cancelled = effects.cancelled();
        dialect.changeRows(connection, "delete from headroom_job where id", cancelled);
        results.cancelled(connection, cancelled);
        return cancelled;
    }

    private boolean countDown(Connection connection, Effects effects) throws SQLException {
        Map<Integer, List<Long>> byTimes = new TreeMap<>();
        effects.times()
                .forEach((job, times) -> byTimes.computeIfAbsent(times, none -> new ArrayList<>())
                        .add(job));
        for (Map.Entry<Integer, List<Long>> each : byTimes.entrySet()) {
            String sql = "update headroom_job_member set waits_for = waits_for - " + each.getKey() + " where job_id";
            dialect.changeRows(connection, sql, each.getValue());
        }
        return ready(
                        connection,
                        pairs(
                                        connection,
                                        "select job_id, batch_id from headroom_job_member where waits_for <= 0 and job_id",
                                        effects.times().keySet())
                                .keySet())
                > 0;
    }

    private int ready(Connection connection, Collection<Long> jobs) throws SQLException {
        return dialect.changeRows(
                connection,
                "update " + dialect.byNumber("headroom_job") + " set state = 0, pos = " + dialect.nextPosition()
                        + ", run_at = " + dialect.now() + " where state = 4 and id",
                jobs);
    }

    /** Dead letters stay in their batch, for when they are requeued. */
    private void forget(Connection connection, Map<Long, JobResult.End> ends) throws SQLException {
        dialect.changeRows(connection, "delete from headroom_job_next where job_id", ends.keySet());
        List<Long> over = ends.keySet().stream()
                .filter(job -> ends.get(job) != JobResult.End.DEAD)
                .toList();
        dialect.changeRows(connection, "delete from headroom_job_member where job_id", over);
    }

    private boolean add(Connection connection, long batch, int[] ends) throws SQLException {
        Sql.change(
                connection,
                "update headroom_job_batch set done = done + ?, dead = dead + ?, cancelled = cancelled + ? where id = ?",
                ends[0],
                ends[1],
                ends[2],
                batch);
        boolean over = Sql.change(
                        connection,
                        "update " + dialect.byNumber("headroom_job_batch") + " set ended_at = " + dialect.now()
                                + " where id = ? and ended_at is null and done + dead + cancelled >= total",
                        batch)
                == 1;
        return over
                && ready(
                                connection,
                                pairs(
                                                connection,
                                                "select id, then_id from headroom_job_batch where then_id is not null and id",
                                                List.of(batch))
                                        .values())
                        > 0;
    }
}
