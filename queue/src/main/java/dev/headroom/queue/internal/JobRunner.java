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
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one job on the calling thread, in the context of whoever enqueued it, and says how it ended. Thread-safe. */
final class JobRunner {
    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    private final QueueOptions options;
    private final Store store;
    private final Kinds kinds;
    private final BooleanSupplier stopping;
    private final JsonPayloads payloads;

    JobRunner(QueueOptions options, Store store, Kinds kinds, BooleanSupplier stopping) {
        this.options = options;
        this.store = store;
        this.kinds = kinds;
        this.stopping = stopping;
        this.payloads = new JsonPayloads(options.maxPayload());
    }

    JobOutcome run(Assignment assignment) {
        return run(assignment, null);
    }

    /** @param locked the connection of the transaction that has locked the job; null where the lease holds it */
    JobOutcome run(Assignment assignment, @Nullable Connection locked) {
        try {
            return attempt(assignment, locked);
        } catch (Throwable thrown) {
            // Outside of the handler, by the payload's class for one: the job's failure, too, and the worker lives on.
            Kind kind = kinds.find(assignment.job.kind());
            return kind == null ? new JobOutcome.Parked() : failed(assignment.job, kind, thrown, false);
        }
    }

    private JobOutcome attempt(Assignment assignment, @Nullable Connection locked) {
        ClaimedJob job = assignment.job;
        Kind kind = kinds.find(job.kind());
        if (kind == null
                || kind.code() == null
                || job.unknown()
                || job.version() > kind.upcasts().version()) {
            return new JobOutcome.Parked();
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

    private static RequestContext context(Assignment assignment, Kind kind) {
        ClaimedJob job = assignment.job;
        return RequestContext.builder()
                .traceId(TraceId.fromTraceparent(job.trace()).orElseGet(TraceId::random))
                .user(job.user())
                .criticality(kind.criticality())
                .consistency(assignment.token)
                .build();
    }

    private JobOutcome run(
            Assignment assignment, Kind kind, Kind.Code code, @Nullable Object payload, @Nullable Connection locked) {
        JobOutcome outcome = null;
        Throwable failure = null;
        assignment.begin(kind.timeout().toNanos());
        try {
            Work work = new Work(assignment, kind, code, payload, new Progress());
            outcome = kind.tx() == Tx.NONE && locked == null ? plainly(work) : inTransaction(work, locked);
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
        if (interruption == Assignment.Interruption.CANCELLED || assignment.cancelled()) {
            return new JobOutcome.Cancelled();
        }
        if (failure instanceof UnwritableResult unwritable) {
            log.error("{}: {}", options.name(), unwritable.getMessage());
            return new JobOutcome.Dead(DeadJob.Reason.UNWRITABLE, Errors.text(unwritable));
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
        private boolean entered;
        private boolean returned;
    }

    private JobOutcome plainly(Work work) throws Exception {
        return new JobOutcome.Done(result(work.assignment().job, work.kind(), handle(work, null)));
    }

    private @Nullable Object handle(Work work, @Nullable Connection lent) throws Exception {
        RunningJob running = new RunningJob(store, payloads, work.assignment(), work.kind(), lent, stopping);
        return options.middlewares().run(work.code(), work.payload(), running);
    }

    private JobOutcome inTransaction(Work work, @Nullable Connection locked) throws Exception {
        Assignment assignment = work.assignment();
        Kind kind = work.kind();
        try {
            return locked != null
                    ? on(locked, work)
                    : JdbcTransactions.<JobOutcome, Exception>inTransaction(
                            options.dataSource(), connection -> on(connection, work));
        } catch (LeaseLost lost) {
            return new JobOutcome.Lost();
        } catch (Collided collided) {
            log.debug(
                    "{}: job {} of {} is run again",
                    options.name(),
                    assignment.job.id(),
                    kind.name(),
                    collided.getCause());
            return new JobOutcome.Returned();
        } catch (SQLException failed) {
            // A handler that never began, or ended well and could not be committed, did not fail.
            Progress progress = work.progress();
            if (!progress.entered || progress.returned && Sql.isLost(failed)) {
                log.warn(
                        "{}: job {} of {} is run again, since the database was away: {}",
                        options.name(),
                        assignment.job.id(),
                        kind.name(),
                        failed.getMessage());
                return new JobOutcome.Returned();
            }
            throw failed;
        }
    }

    private JobOutcome on(Connection connection, Work work) throws Exception {
        work.progress().entered = true;
        Connection lent = BorrowedConnection.of(connection);
        Object returned = options.currentTransaction().within(lent, () -> handle(work, lent));
        work.progress().returned = true;
        ClaimedJob job = work.assignment().job;
        complete(connection, job, work.kind(), result(job, work.kind(), returned));
        return new JobOutcome.Committed();
    }

    private void complete(Connection connection, ClaimedJob job, Kind kind, @Nullable String result)
            throws SQLException, LeaseLost, Collided {
        try {
            if (!store.jobs.complete(connection, job)) {
                throw new LeaseLost();
            }
            if (kind.track()) {
                store.results.end(connection, job, JobResult.End.DONE, result);
            }
            if (job.batched()) {
                store.batches.ended(connection, job.id(), JobResult.End.DONE);
            }
            Settlement.ended(store, connection, kind, true);
        } catch (SQLException failed) {
            if (Sql.isDeadlock(failed)) {
                throw new Collided(failed);
            }
            throw failed;
        }
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

    /** Rolls back what a run did whose completion the database chose to end a deadlock: its handler did well. */
    private static final class Collided extends Exception {
        private static final long serialVersionUID = 1L;

        Collided(SQLException deadlock) {
            super("deadlock", deadlock, false, false);
        }
    }

    /** The outcome of a run whose transaction could not be committed. */
    JobOutcome failed(ClaimedJob job, Exception failure) {
        Kind kind = kinds.find(job.kind());
        return kind == null ? new JobOutcome.Returned() : failed(job, kind, failure, false);
    }

    private JobOutcome failed(ClaimedJob job, Kind kind, Throwable thrown, boolean timedOut) {
        Throwable failure = Errors.printable(thrown);
        String error = (timedOut ? "timed out after " + kind.timeout() + "\n" : "") + Errors.text(failure);
        boolean givesUp = kind.givesUpOn(thrown);
        if (givesUp || job.attempt() >= job.maxAttempts()) {
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
                job.maxAttempts(),
                delay,
                failure);
        return new JobOutcome.Retried(delay, error);
    }
}
