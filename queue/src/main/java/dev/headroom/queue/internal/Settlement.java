package dev.headroom.queue.internal;

import dev.headroom.queue.JobResult;
import dev.headroom.queue.internal.sql.Burial;
import dev.headroom.queue.internal.sql.ClaimedJob;
import dev.headroom.queue.internal.sql.Failure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes how runs ended, many in one transaction; what is no longer held is left as it is. Thread-safe. */
final class Settlement {
    private final QueueOptions options;
    private final Store store;
    private final Kinds kinds;

    Settlement(QueueOptions options, Store store, Kinds kinds) {
        this.options = options;
        this.store = store;
        this.kinds = kinds;
    }

    /** Writes the outcomes and returns how many were no longer held. */
    int write(Collection<Settled> settled) throws SQLException {
        return store.transact(connection -> write(connection, settled));
    }

    private int write(Connection connection, Collection<Settled> settled) throws SQLException {
        List<Settled> sorted = settled.stream()
                .sorted(Comparator.comparingLong(each -> each.assignment().job.id()))
                .toList();
        List<ClaimedJob> done = of(sorted, JobOutcome.Done.class);
        List<ClaimedJob> cancelled = of(sorted, JobOutcome.Cancelled.class);
        Set<Long> notDone = cancelled.stream().map(ClaimedJob::id).collect(Collectors.toSet());
        done.addAll(cancelled);
        List<ClaimedJob> returned = of(sorted, JobOutcome.Returned.class);
        int lost = 0;
        Set<String> ended = new TreeSet<>();
        Set<String> well = new TreeSet<>();
        if (!done.isEmpty()) {
            List<ClaimedJob> removed = store.jobs.completeAll(connection, done);
            lost += done.size() - removed.size();
            for (ClaimedJob job : removed) {
                ended.add(job.kind());
                if (!notDone.contains(job.id())) {
                    well.add(job.kind());
                }
            }
            keepResults(connection, sorted, removed);
        }
        if (!returned.isEmpty()) {
            store.jobs.handBack(connection, returned);
        }
        for (Settled each : sorted) {
            lost += other(connection, each, ended) ? 0 : 1;
        }
        for (String name : ended) {
            Kind kind = kinds.find(name);
            if (kind != null) {
                ended(store, connection, kind, well.contains(name));
            }
        }
        return lost;
    }

    private void keepResults(Connection connection, List<Settled> settled, List<ClaimedJob> removed)
            throws SQLException {
        Set<ClaimedJob> ours = new HashSet<>(removed);
        for (Settled each : settled) {
            ClaimedJob job = each.assignment().job;
            Kind kind = kinds.find(job.kind());
            if (kind != null && kind.track() && ours.contains(job)) {
                if (each.outcome() instanceof JobOutcome.Done done) {
                    store.results.end(connection, job.id(), JobResult.End.DONE, done.result());
                } else if (each.outcome() instanceof JobOutcome.Cancelled) {
                    store.results.end(connection, job.id(), JobResult.End.CANCELLED, null);
                }
            }
        }
    }

    private boolean other(Connection connection, Settled settled, Set<String> ended) throws SQLException {
        ClaimedJob job = settled.assignment().job;
        if (settled.outcome() instanceof JobOutcome.Retried retried) {
            return store.jobs.retry(connection, new Failure(job, retried.delayMillis(), retried.error()));
        }
        if (settled.outcome() instanceof JobOutcome.Dead dead) {
            ended.add(job.kind());
            return store.dead.bury(connection, new Burial(job, dead.reason(), dead.error()));
        }
        if (settled.outcome() instanceof JobOutcome.Parked) {
            store.jobs.park(connection, job, options.parking().toMillis(), "no handler of this name");
        }
        return true;
    }

    private static List<ClaimedJob> of(List<Settled> settled, Class<? extends JobOutcome> type) {
        List<ClaimedJob> jobs = new ArrayList<>();
        for (Settled each : settled) {
            if (type.isInstance(each.outcome())) {
                jobs.add(each.assignment().job);
            }
        }
        return jobs;
    }

    /** Has the schedule of a kind that runs again and again know of an end. */
    static void ended(Store store, Connection connection, Kind kind, boolean well) throws SQLException {
        Kind.Recurrence every = kind.every();
        if (every != null && well && !every.silence().isZero()) {
            store.schedules.done(connection, kind.name());
        }
        if (every != null && every.afterEnd()) {
            store.schedules.ended(connection, kind.name(), every.duration().toMillis());
        }
    }
}
