package dev.headroom.queue.internal;

import dev.headroom.RequestContext;
import dev.headroom.TraceId;
import dev.headroom.codec.CodecException;
import dev.headroom.queue.DeadJob;
import dev.headroom.queue.JobResult;
import dev.headroom.queue.Tx;
import dev.headroom.queue.internal.sql.ClaimedJob;
import dev.headroom.queue.internal.sql.Sql;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one job on the calling thread, in the context of whoever enqueued it, and says how it ended. Thread-safe. */
final class JobRunner {
    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    /** A connection that was cut off may be the handler's fault, or not: so many attempts it gets at least. */
    private static final int FEWEST_CUT_OFF = 3;

    /** So many times a completion that waited too long for a lock does not count; the lock is not passing then, or the handler's own. */
    private static final int MOST_FORGIVEN = 10;

    private static final long SHORTEST_POSTPONEMENT = 1_000;

    private final QueueOptions options;
    private final Store store;
    private final Kinds kinds;
    private final BooleanSupplier stopping;
    private final JsonPayloads payloads;
    private final LogLimit limit = new LogLimit();
    private final LogLimit aside = new LogLimit();
    private final Times overdue = new Times();

    /** Since when no transaction could be begun; 0 while it can. */
    private final AtomicLong awaySince = new AtomicLong();

    JobRunner(QueueOptions options, Store store, Kinds kinds, BooleanSupplier stopping) {
        this.options = options;
        this.store = store;
        this.kinds = kinds;
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
        try {
            return attempt(assignment, locked);
        } catch (Throwable thrown) {
            // Outside of the handler, by the payload's class for one: the job's failure, too, and the worker lives on.
            Kind kind = kinds.find(assignment.job.kind());
            return kind == null ? new JobOutcome.Parked() : failed(assignment.job, kind, thrown, false);
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

    private JobOutcome attempt(Assignment assignment, boolean locked) {
        ClaimedJob job = assignment.job;
        Kind kind = kinds.find(job.kind());
        if (kind == null || kind.code() == null || !canRun(job)) {
            return parked(job);
        }
        if (assignment.cancelled()) {
            return new JobOutcome.Cancelled();
        }
        try (RequestContext.Scope scope = context(assignment, kind).open()) {
            java.util.Objects.requireNonNull(scope);
            Object payload;
            try {
                payload = kind.upcasts().read(payloads, kind, job.version(), job.payload());
            } catch (CodecException unreadable) {
                log.error(
                        "{}: job {} of {} is a dead letter: {}",
                        options.name(),
                        job.id(),
                        kind.name(),
                        unreadable.getMessage());
                return new JobOutcome.Dead(DeadJob.Reason.UNREADABLE, Errors.text(unreadable));
            }
            return run(assignment, kind, kind.code(), payload, locked);
        }
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

    private static RequestContext context(Assignment assignment, Kind kind) {
        ClaimedJob job = assignment.job;
        return RequestContext.builder()
                .traceId(TraceId.fromTraceparent(job.trace()).orElseGet(TraceId::random))
                .user(job.user())
                .criticality(kind.criticality())
                .consistency(assignment.token)
                .build();
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
            log.debug("{}: job {} of {} is run again", options.name(), assignment.job.id(), kind.name(), collision);
            return new JobOutcome.Returned();
        }
        if (interruption == Assignment.Interruption.CANCELLED || assignment.cancelled()) {
            return new JobOutcome.Cancelled();
        }
        if (work.progress().refused) {
            return postponed(work, failure);
        }
        if (failure instanceof UnwritableResult unwritable) {
            log.error("{}: {}", options.name(), unwritable.getMessage());
            return new JobOutcome.Dead(DeadJob.Reason.UNWRITABLE, Errors.text(unwritable));
        }
        if (locked && interruption == null && failure instanceof SQLException lost && Sql.isLost(lost)) {
            // Of its transaction nothing stands, and such a job does nothing elsewhere.
            return cutOff(work, lost);
        }
        return failed(assignment.job, kind, failure, interruption == Assignment.Interruption.TIMEOUT);
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
                store, payloads, work.assignment(), work.kind(), lent, stopping, ConcurrentHashMap.newKeySet());
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
            if (work.progress().returned && Sql.isLost(failed)) {
                return cutOff(work, failed);
            }
            throw failed;
        }
    }

    /** It may have done nothing wrong: its attempt counts, but it is no dead letter for the first of these. */
    private JobOutcome cutOff(Work work, SQLException why) {
        ClaimedJob job = work.assignment().job;
        return failed(job, work.kind(), why, false, Math.max(FEWEST_CUT_OFF, job.maxAttempts()));
    }

    private JobOutcome postponed(Work work, Throwable why) {
        long now = System.nanoTime();
        awaySince.compareAndSet(0, now);
        // As long again as it has lasted: at first the database may be back in a moment.
        long delay = Math.max(SHORTEST_POSTPONEMENT, (now - awaySince.get()) / 1_000_000);
        long kept = limit.pass();
        if (kept >= 0) {
            log.warn(
                    "{}: job {} of {} is put off, since there is no connection for it ({} messages kept back)",
                    options.name(),
                    work.assignment().job.id(),
                    work.kind().name(),
                    kept,
                    why);
        }
        return new JobOutcome.Postponed(
                Math.min(delay, options.parking().toMillis()), "no connection\n" + Errors.text(Errors.printable(why)));
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
            return forgives(assignment.job, collided.why) ? new JobOutcome.Returned() : cutOff(work, collided.why);
        } catch (SQLException failed) {
            if (work.progress().returned && Sql.isLockTimeout(failed)) {
                // A constraint that is checked at the commit waited for it.
                return forgives(assignment.job, failed) ? new JobOutcome.Returned() : cutOff(work, failed);
            }
            if (work.progress().returned && Sql.isLost(failed)) {
                return new JobOutcome.InDoubt(cutOff(work, failed));
            }
            throw failed;
        }
    }

    private JobOutcome on(Connection connection, Work work) throws Exception {
        Object returned;
        try {
            returned = handleIn(connection, work);
        } finally {
            work.progress().refused = JdbcTransactions.isRefused(connection);
        }
        ClaimedJob job = work.assignment().job;
        String result = result(job, work.kind(), returned);
        if (!JdbcTransactions.isBegun(connection)) {
            // It has done nothing that its completion must be one with.
            return new JobOutcome.Done(result);
        }
        awaySince.set(0);
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
        Connection connection = store.dialect.limitWaitsByCompletion(whole, lockMillis);
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

    /**
     * Whether a run whose completion collided does not count: after a deadlock, and for as long as a lock has not kept it from completing again and
     * again. What its handler does elsewhere is done each time.
     */
    boolean forgives(ClaimedJob job, SQLException collision) {
        if (Sql.isDeadlock(collision)) {
            log.debug("{}: job {} of {} is run again", options.name(), job.id(), job.kind(), collision);
            return true;
        }
        int times = overdue.again(job.id());
        long kept = limit.pass();
        if (kept >= 0) {
            log.warn(
                    "{}: job {} of {} is run again, its completion waited too long for a lock; {} times by now, of which {} do"
                            + " not count as attempts ({} messages kept back)",
                    options.name(),
                    job.id(),
                    job.kind(),
                    times,
                    MOST_FORGIVEN,
                    kept,
                    collision);
        }
        return times <= MOST_FORGIVEN;
    }

    /** The outcome of a run whose transaction could not be committed. */
    JobOutcome failed(ClaimedJob job, Exception failure) {
        Kind kind = kinds.find(job.kind());
        return kind == null ? new JobOutcome.Returned() : failed(job, kind, failure, false);
    }

    private JobOutcome failed(ClaimedJob job, Kind kind, Throwable thrown, boolean timedOut) {
        return failed(job, kind, thrown, timedOut, job.maxAttempts());
    }

    private JobOutcome failed(ClaimedJob job, Kind kind, Throwable thrown, boolean timedOut, int attempts) {
        Throwable failure = Errors.printable(thrown);
        String error = (timedOut ? "timed out after " + kind.timeout() + "\n" : "") + Errors.text(failure);
        boolean givesUp = kind.givesUpOn(thrown);
        if (givesUp || job.attempt() >= attempts) {
            log.error(
                    "{}: job {} of {} is a dead letter after {} attempts",
                    options.name(),
                    job.id(),
                    kind.name(),
                    job.attempt(),
                    failure);
            return new JobOutcome.Dead(givesUp ? DeadJob.Reason.GAVE_UP : DeadJob.Reason.EXHAUSTED, error);
        }
        long delay = kind.backoff().millisBefore(job.attempt(), options.random());
        log.warn(
                "{}: job {} of {} failed in attempt {} of {}, again in {} ms",
                options.name(),
                job.id(),
                kind.name(),
                job.attempt(),
                attempts,
                delay,
                failure);
        return new JobOutcome.Retried(delay, error);
    }
}
