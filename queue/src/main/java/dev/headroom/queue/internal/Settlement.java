package dev.headroom.queue.internal;

import dev.headroom.queue.JobResult;
import dev.headroom.queue.internal.sql.Burial;
import dev.headroom.queue.internal.sql.ClaimedJob;
import dev.headroom.queue.internal.sql.DeadTable;
import dev.headroom.queue.internal.sql.Failure;
import dev.headroom.queue.internal.sql.ResultTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes how runs ended, many in one transaction; what is no longer held is left as it is. Thread-safe. */
final class Settlement {
    private static final Logger log = LoggerFactory.getLogger(Settlement.class);

    private final QueueOptions options;
    private final Store store;
    private final Kinds kinds;
    private final Runnable wake;
    private final LogLimit limit = new LogLimit();

    /** @param wake called when jobs became ready with what was written */
    Settlement(QueueOptions options, Store store, Kinds kinds, Runnable wake) {
        this.options = options;
        this.store = store;
        this.kinds = kinds;
        this.wake = wake;
    }

    /** What was written within one transaction. */
    private static final class Written {
        final Set<String> ended = new TreeSet<>();
        final Set<String> well = new TreeSet<>();
        final List<ClaimedJob> over = new ArrayList<>();
        final List<ClaimedJob> again = new ArrayList<>();
        int lost;
        boolean freed;
    }

    /** Writes the outcomes and returns how many were no longer held. */
    int write(Collection<Settled> settled) throws SQLException {
        return write(settled, Long.MAX_VALUE);
    }

    /**
     * The same.
     *
     * @param lockMillis how long it waits for a lock at most, where the database is told
     */
    int write(Collection<Settled> settled, long lockMillis) throws SQLException {
        if (settled.stream().allMatch(Settlement::isWritten)) {
            if (settled.stream().anyMatch(each -> each.assignment().job.batched())) {
                wake();
            }
            return 0;
        }
        Written written = store.transact(lockMillis, connection -> write(connection, settled));
        if (written.freed) {
            wake();
        }
        return written.lost;
    }

    /**
     * What came of a transaction that waits for no job which others have locked.
     *
     * @param written what is in the database, and lost of it what was no longer held
     * @param locked what is still to be written
     */
    record Part(List<Settled> written, int lost, List<Settled> locked) {}

    /** Finds out which outcomes are in the database already; null if that can't be known just now. */
    @FunctionalInterface
    interface Known {
        /** Those of these. */
        @Nullable List<Settled> of(List<Settled> settled);
    }

    /**
     * Writes the outcomes of those jobs that nobody else has locked.
     *
     * @param lockMillis how long it waits for any other lock at most, where the database is told
     * @param known asked within the transaction
     */
    Part writeFree(Collection<Settled> settled, long lockMillis, Known known) throws SQLException {
        List<Settled> free = new ArrayList<>();
        List<Settled> locked = new ArrayList<>();
        Written came = store.transact(lockMillis, connection -> {
            free.clear();
            locked.clear();
            Set<Long> ids = store.jobs.lockedByOthers(
                    connection,
                    settled.stream()
                            .filter(each -> !(each.outcome() instanceof JobOutcome.Lost))
                            .map(each -> each.assignment().job.id())
                            .toList());
            settled.forEach(each -> (ids.contains(each.assignment().job.id()) ? locked : free).add(each));
            List<Settled> written = known.of(free);
            if (written == null) {
                locked.addAll(free);
                free.clear();
                return new Written();
            }
            List<Settled> rest =
                    free.stream().filter(each -> !written.contains(each)).toList();
            return rest.isEmpty() ? new Written() : write(connection, rest);
        });
        if (came.freed) {
            wake();
        }
        return new Part(free, came.lost, locked);
    }

    /** Whether a run has left nothing to write. */
    private static boolean isWritten(Settled settled) {
        return settled.outcome() instanceof JobOutcome.Committed
                && settled.assignment().job.limitKey() == null
                && !settled.assignment().hasSteps();
    }

    /** Writes outcomes in the caller's transaction; returns whether others became ready for them. */
    boolean writeIn(Connection connection, Collection<Settled> settled) throws SQLException {
        return write(connection, settled).freed;
    }

    /** Writes in the caller's transaction that jobs are done which it has locked; returns whether others became ready for them. */
    boolean completeLocked(Connection connection, Collection<Settled> done) throws SQLException {
        return write(connection, done, store.jobs::removeLocked).freed;
    }

    /** Removes jobs and returns those that were this node's. */
    @FunctionalInterface
    private interface Removal {
        List<ClaimedJob> of(Connection connection, Collection<ClaimedJob> jobs) throws SQLException;
    }

    /** Jobs became ready with what was written and committed, which stands whatever becomes of this. */
    void wake() {
        try {
            wake.run();
        } catch (RuntimeException | Error unheard) {
            limit.quietly(kept -> log.warn(
                    "{}: could not tell of jobs that became ready; they are found by polling ({} messages kept back)",
                    options.name(),
                    kept,
                    unheard));
        }
    }

    private Written write(Connection connection, Collection<Settled> settled) throws SQLException {
        return write(connection, settled, store.jobs::completeAll);
    }

    /** Whose commit was in doubt and who is gone by now, is done; for the others it was not. */
    private List<Settled> certain(Connection connection, Collection<Settled> settled) throws SQLException {
        List<Long> doubtful = settled.stream()
                .filter(each -> each.outcome() instanceof JobOutcome.InDoubt)
                .map(each -> each.assignment().job.id())
                .toList();
        if (doubtful.isEmpty()) {
            return List.copyOf(settled);
        }
        Set<Long> present = store.jobs.present(connection, doubtful);
        return settled.stream()
                .map(each -> each.outcome() instanceof JobOutcome.InDoubt doubt
                        ? new Settled(
                                each.assignment(),
                                present.contains(each.assignment().job.id())
                                        ? doubt.otherwise()
                                        : new JobOutcome.Committed())
                        : each)
                .toList();
    }

    private Written write(Connection connection, Collection<Settled> settled, Removal removal) throws SQLException {
        List<Settled> sorted = certain(connection, settled).stream()
                .sorted(Comparator.comparingLong(each -> each.assignment().job.id()))
                .toList();
        Written written = new Written();
        List<ClaimedJob> done = of(sorted, JobOutcome.Done.class);
        List<ClaimedJob> cancelled = of(sorted, JobOutcome.Cancelled.class);
        Set<Long> notDone = cancelled.stream().map(ClaimedJob::id).collect(Collectors.toSet());
        done.addAll(cancelled);
        if (!done.isEmpty()) {
            List<ClaimedJob> removed = removal.of(connection, done);
            written.lost += done.size() - removed.size();
            for (ClaimedJob job : removed) {
                written.ended.add(job.kind());
                if (!notDone.contains(job.id())) {
                    written.well.add(job.kind());
                }
            }
            written.over.addAll(removed);
            keepResults(connection, sorted, removed);
            Map<Long, JobResult.End> ends = new TreeMap<>();
            for (ClaimedJob job : removed) {
                if (job.batched()) {
                    ends.put(job.id(), notDone.contains(job.id()) ? JobResult.End.CANCELLED : JobResult.End.DONE);
                }
            }
            written.freed = store.batches.ended(connection, ends);
        }
        List<ClaimedJob> committed = of(sorted, JobOutcome.Committed.class);
        written.over.addAll(committed);
        written.freed |= committed.stream().anyMatch(ClaimedJob::batched);
        List<ClaimedJob> returned = of(sorted, JobOutcome.Returned.class);
        if (!returned.isEmpty()) {
            List<ClaimedJob> given = store.jobs.handBack(connection, returned);
            written.again.addAll(given);
            Set<ClaimedJob> suspected = new HashSet<>();
            sorted.stream()
                    .filter(each -> each.assignment().isSuspected())
                    .forEach(each -> suspected.add(each.assignment().job));
            store.jobs.acquit(
                    connection, given.stream().filter(suspected::contains).toList());
        }
        retry(connection, sorted, written);
        for (Settled each : sorted) {
            other(connection, each, written);
        }
        List<ClaimedJob> stopped = new ArrayList<>(written.over);
        stopped.addAll(written.again);
        written.freed |= store.limits.freed(connection, stopped);
        Set<Long> over = written.over.stream().map(ClaimedJob::id).collect(Collectors.toSet());
        store.steps.forget(
                connection,
                sorted.stream()
                        .filter(each -> each.assignment().hasSteps())
                        .map(each -> each.assignment().job.id())
                        .filter(over::contains)
                        .toList());
        for (String name : written.ended) {
            Kind kind = kinds.find(name);
            if (kind != null) {
                ended(store, connection, kind, written.well.contains(name));
            }
        }
        return written;
    }

    private void keepResults(Connection connection, List<Settled> settled, List<ClaimedJob> removed)
            throws SQLException {
        List<ResultTable.JobEnd> ends = new ArrayList<>();
        for (Settled each : settled) {
            ClaimedJob job = each.assignment().job;
            Kind kind = kinds.find(job.kind());
            if (kind == null || !kind.track()) {
                continue;
            }
            if (each.outcome() instanceof JobOutcome.Done done) {
                ends.add(new ResultTable.JobEnd(job, JobResult.End.DONE, done.result()));
            } else if (each.outcome() instanceof JobOutcome.Cancelled) {
                ends.add(new ResultTable.JobEnd(job, JobResult.End.CANCELLED, null));
            }
        }
        if (!ends.isEmpty()) {
            Set<Long> ours = removed.stream().map(ClaimedJob::id).collect(Collectors.toSet());
            ends.removeIf(each -> !ours.contains(each.job().id()));
            store.results.end(connection, ends);
        }
    }

    private void retry(Connection connection, List<Settled> settled, Written written) throws SQLException {
        List<Failure> failures = new ArrayList<>();
        for (Settled each : settled) {
            if (each.outcome() instanceof JobOutcome.Retried retried) {
                failures.add(new Failure(each.assignment().job, retried.delayMillis(), retried.error()));
            }
        }
        if (!failures.isEmpty()) {
            List<ClaimedJob> again = store.jobs.retry(connection, failures);
            written.again.addAll(again);
            written.lost += failures.size() - again.size();
        }
    }

    private void other(Connection connection, Settled settled, Written written) throws SQLException {
        ClaimedJob job = settled.assignment().job;
        boolean ours = true;
        if (settled.outcome() instanceof JobOutcome.Dead dead) {
            written.ended.add(job.kind());
            Kind kind = kinds.find(job.kind());
            DeadTable.Buried buried = store.dead.bury(
                    connection, new Burial(job, dead.reason(), dead.error()), kind != null && kind.track());
            ours = buried.ours();
            written.freed |= buried.released();
        } else if (settled.outcome() instanceof JobOutcome.Parked) {
            ours = store.jobs.park(
                    connection, job, options.parking().toMillis(), "no handler of this name, version and flags");
        } else if (settled.outcome() instanceof JobOutcome.Postponed postponed) {
            ours = store.jobs.postpone(connection, job, postponed.delayMillis(), postponed.why());
            if (ours && settled.assignment().isSuspected()) {
                store.jobs.acquit(connection, List.of(job));
            }
        } else if (settled.outcome() instanceof JobOutcome.Snoozed snoozed) {
            ours = store.jobs.snooze(connection, job, snoozed.delayMillis(), snoozed.why());
        } else {
            return;
        }
        if (ours) {
            // A dead letter keeps its limit, for when it is requeued.
            written.again.add(job);
        } else {
            written.lost++;
        }
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
        if (every != null && well) {
            store.schedules.done(connection, kind.name());
        }
        if (every != null && every.afterEnd()) {
            store.schedules.ended(connection, kind.name(), every.duration().toMillis());
        }
    }
}
