package dev.headroom.queue.internal;

import dev.headroom.RequestContext;
import dev.headroom.codec.CodecException;
import dev.headroom.queue.DeadJob;
import dev.headroom.queue.JobQueue;
import dev.headroom.queue.JobResult;
import dev.headroom.queue.SnoozeException;
import dev.headroom.queue.Tx;
import dev.headroom.queue.internal.sql.ClaimedJob;
import dev.headroom.queue.internal.sql.Outage;
import dev.headroom.queue.internal.sql.Sql;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one job on the calling thread, in the context of whoever enqueued it, and says how it ended. Thread-safe. */
final class JobRunner {
    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    private final JobQueue queue;
    private final QueueOptions options;
    private final Store store;
    private final Kinds kinds;
    private final BooleanSupplier stopping;
    private final JsonPayloads payloads;
    private final LogLimit aside = new LogLimit();
    private final FailedRuns failures;

    /** @param queue what handlers know as the queue that runs them */
    JobRunner(JobQueue queue, Parts parts, FailedRuns failures, BooleanSupplier stopping) {
        this.queue = queue;
        this.options = parts.options();
        this.store = parts.store();
        this.kinds = parts.kinds();
        this.failures = failures;
        this.stopping = stopping;
        this.payloads = new JsonPayloads(options.maxPayload());
    }

    /** Runs a job that a lease holds. */
    JobOutcome run(Assignment assignment) {
        return run(assignment, false);
    }

    /** Runs a job as a part of the thread's transaction, which has locked it, and is to remove it if it is done. */
    JobOutcome runLocked(Assignment assignment) {
        return run(assignment, true);
    }

    private JobOutcome run(Assignment assignment, boolean locked) {
        Kind kind = kinds.find(assignment.job.kind());
        RequestContext.Builder context = assignment.context();
        if (kind != null) {
            context.criticality(kind.criticality());
        }
        try (RequestContext.Scope scope = context.build().open()) {
            java.util.Objects.requireNonNull(scope);
            try {
                return attempt(assignment, kind, locked);
            } catch (Throwable thrown) {
                // Outside of the handler, by the payload's class for one: the job's failure, too, and the worker lives
                // on.
                return kind == null ? new JobOutcome.Parked() : failures.failed(assignment.job, kind, thrown, false);
            }
        }
    }

    /** Whether there is code here for a job. */
    boolean canRun(ClaimedJob job) {
        Kind kind = kinds.find(job.kind());
        return kind != null
                && kind.code() != null
                && !job.unknown()
                && job.version() <= kind.upcasts().version();
    }

    private JobOutcome attempt(Assignment assignment, @Nullable Kind kind, boolean locked) {
        ClaimedJob job = assignment.job;
        if (kind == null || kind.code() == null || !canRun(job)) {
            return parked(job);
        }
        if (assignment.cancelled()) {
            return new JobOutcome.Cancelled();
        }
        Object payload;
        try {
            payload = kind.upcasts().read(payloads, kind, job.version(), job.payload());
        } catch (CodecException unreadable) {
            log.error(
                    "{}: job {} of {} is a dead letter: {}",
                    options.name(),
                    job.id(),
                    kind.name(),
                    unreadable.getMessage(),
                    unreadable);
            return new JobOutcome.Dead(DeadJob.Reason.UNREADABLE, Errors.text(unreadable));
        }
        return run(assignment, kind, kind.code(), payload, locked);
    }

    /** Right while a new version is rolled out; a handler that nobody registered looks the same, and is never found without a word. */
    private JobOutcome parked(ClaimedJob job) {
        long kept = aside.pass();
        if (kept >= 0) {
            log.warn(
                    "{}: job {} of {}, version {}, is put aside for {}: no handler here knows it (expected: here, or in"
                            + " another process; {} messages kept back)",
                    options.name(),
                    job.id(),
                    job.kind(),
                    job.version(),
                    options.parking(),
                    kept);
        }
        return new JobOutcome.Parked();
    }

    private JobOutcome run(Assignment assignment, Kind kind, Kind.Code code, @Nullable Object payload, boolean locked) {
        JobOutcome outcome = null;
        Throwable failure = null;
        Work work = new Work(assignment, kind, code, payload, new Progress());
        assignment.begin(kind.timeout().toNanos());
        try {
            outcome = locked ? inPart(work) : kind.tx() == Tx.NONE ? plainly(work) : inTransaction(work);
        } catch (Throwable thrown) {
            // The worker's thread lives on: whatever a handler throws is the job's failure, as a Future would keep it.
            failure = thrown;
        }
        Assignment.Interruption interruption = assignment.end();
        if (outcome != null) {
            return outcome;
        }
        java.util.Objects.requireNonNull(failure);
        if (interruption == Assignment.Interruption.FENCED || interruption == Assignment.Interruption.STOPPING) {
            return new JobOutcome.Returned();
        }
        if (locked && failure instanceof SQLException collision && Sql.isDeadlock(collision)) {
            // It may be for what others did in the same transaction, here or there.
            return failures.collided(assignment.job, kind, collision);
        }
        if (interruption == Assignment.Interruption.CANCELLED || assignment.cancelled()) {
            return new JobOutcome.Cancelled();
        }
        if (interruption == null && failure instanceof SnoozeException snooze) {
            return failures.snoozed(assignment.job, snooze);
        }
        if (work.progress().refused) {
            return failures.away(assignment.job, failure);
        }
        if (failure instanceof UnwritableResult unwritable) {
            log.error("{}: {}", options.name(), unwritable.getMessage());
            return new JobOutcome.Dead(DeadJob.Reason.UNWRITABLE, Errors.text(unwritable));
        }
        if (locked && interruption == null && failure instanceof SQLException trouble && isServers(trouble)) {
            // Of its transaction nothing stands, and such a job does nothing elsewhere.
            return failures.cutOff(assignment.job, kind, trouble);
        }
        return failures.failed(assignment.job, kind, failure, interruption == Assignment.Interruption.TIMEOUT);
    }

    /** What is to be run. */
    private record Work(
            Assignment assignment,
            Kind kind,
            Kind.Code code,
            @Nullable Object payload,
            Progress progress) {}

    /** How far a run in a transaction has come. */
    private static final class Progress {
        private boolean refused;
        private boolean returned;
    }

    private JobOutcome plainly(Work work) throws Exception {
        return new JobOutcome.Done(result(work.assignment().job, work.kind(), handle(work, null)));
    }

    private @Nullable Object handle(Work work, @Nullable Connection lent) throws Exception {
        RunningJob running = new RunningJob(
                queue, store, payloads, work.assignment(), work.kind(), lent, stopping, ConcurrentHashMap.newKeySet());
        return options.middlewares().run(work.code(), work.payload(), running);
    }

    private JobOutcome inPart(Work work) throws Exception {
        try {
            return JdbcTransactions.<JobOutcome, Exception>inSavepoint(options.dataSource(), connection -> {
                Object returned = handleIn(connection, work);
                work.progress().returned = true;
                return new JobOutcome.Done(result(work.assignment().job, work.kind(), returned));
            });
        } catch (SQLException failed) {
            if (work.progress().returned && isServers(failed)) {
                return failures.cutOff(work.assignment().job, work.kind(), failed);
            }
            throw failed;
        }
    }

    private @Nullable Object handleIn(Connection connection, Work work) throws Exception {
        Connection lent = BorrowedConnection.of(connection, work.assignment());
        return options.currentTransaction().within(lent, () -> handle(work, lent));
    }

    private JobOutcome inTransaction(Work work) throws Exception {
        Assignment assignment = work.assignment();
        Kind kind = work.kind();
        try {
            return JdbcTransactions.<JobOutcome, Exception>inLazyTransaction(
                    options.dataSource(), connection -> on(connection, work));
        } catch (LeaseLost lost) {
            return new JobOutcome.Lost();
        } catch (Collided collided) {
            return failures.collided(assignment.job, kind, collided.why);
        } catch (SQLException failed) {
            if (work.progress().returned && (Sql.isDeadlock(failed) || Sql.isLockTimeout(failed))) {
                // What is checked at the commit met it: a deferred constraint, or whether all can be in some order.
                return failures.collided(assignment.job, kind, failed);
            }
            if (work.progress().returned && isServers(failed)) {
                return new JobOutcome.InDoubt(failures.cutOff(assignment.job, kind, failed));
            }
            throw failed;
        }
    }

    /** Whether it is the connection's end or the server's trouble, and so none of what the job did. */
    private static boolean isServers(SQLException failed) {
        return Sql.isLost(failed) || Outage.is(failed);
    }

    private JobOutcome on(Connection connection, Work work) throws Exception {
        Object returned;
        try {
            returned = handleIn(connection, work);
        } finally {
            work.progress().refused = JdbcTransactions.isRefused(connection);
            if (JdbcTransactions.isBegun(connection)) {
                failures.present();
            }
        }
        ClaimedJob job = work.assignment().job;
        String result = result(job, work.kind(), returned);
        if (!JdbcTransactions.isBegun(connection)) {
            // It has done nothing that its completion must be one with.
            return new JobOutcome.Done(result);
        }
        work.progress().returned = true;
        complete(connection, job, work.kind(), result);
        return new JobOutcome.Committed();
    }

    private void complete(Connection connection, ClaimedJob job, Kind kind, @Nullable String result)
            throws SQLException, LeaseLost, Collided {
        try {
            if (!store.within(connection, (patient, lockMillis) -> completed(patient, lockMillis, job, kind, result))) {
                throw new LeaseLost();
            }
        } catch (SQLException failed) {
            if (Sql.isDeadlock(failed) || Sql.isOverdue(failed)) {
                throw new Collided(failed);
            }
            throw failed;
        }
    }

    private boolean completed(Connection whole, long lockMillis, ClaimedJob job, Kind kind, @Nullable String result)
            throws SQLException {
        Connection connection = store.callers.limitWaitsByCompletion(whole, lockMillis);
        if (!store.jobs.complete(connection, job, lockMillis)) {
            return false;
        }
        if (kind.track()) {
            store.results.end(connection, job, JobResult.End.DONE, result);
        }
        if (job.batched()) {
            store.batches.ended(connection, job.id(), JobResult.End.DONE);
        }
        Settlement.ended(store, connection, kind, true);
        return true;
    }

    private @Nullable String result(ClaimedJob job, Kind kind, @Nullable Object returned) throws UnwritableResult {
        if (returned == null || !kind.track()) {
            return null;
        }
        try {
            return payloads.write("result of " + kind.name(), returned);
        } catch (RuntimeException unwritable) {
            throw new UnwritableResult(job, kind, unwritable);
        }
    }

    /** A handler ended well, but with something that can't be kept. */
    private static final class UnwritableResult extends Exception {
        private static final long serialVersionUID = 1L;

        UnwritableResult(ClaimedJob job, Kind kind, RuntimeException why) {
            super("job " + job.id() + " is a dead letter, its effects "
                    + (kind.tx().isTransaction() ? "were rolled back" : "stand and are not repeated")
                    + ", since what its handler returned can't be kept: " + why.getMessage());
        }
    }

    /** Rolls back what a run did whose lease was lost. */
    private static final class LeaseLost extends Exception {
        private static final long serialVersionUID = 1L;

        LeaseLost() {
            super("lease: lost", null, false, false);
        }
    }

    /** Rolls back what a run did whose completion the database chose to end a deadlock, or a wait for a lock: its handler did well. */
    private static final class Collided extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient SQLException why;

        Collided(SQLException collision) {
            super("collided", collision, false, false);
            this.why = collision;
        }
    }
}
