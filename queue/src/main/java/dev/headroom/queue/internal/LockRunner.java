package dev.headroom.queue.internal;

import dev.headroom.RequestContext;
import dev.headroom.meter.Meters;
import dev.headroom.queue.QueueMeters;
import dev.headroom.queue.internal.sql.Sql;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks jobs, runs them one after the other and removes them, in one transaction of the application's. Nobody else sees that they run: their
 * rows are locked, and others pass them by. A run that fails is undone alone, by its savepoint; how it failed is written in the same
 * transaction, which ends with it: what was run before it is done, what was to come after it is where it was. When the transaction can't be
 * committed everything is where it was, and a run counts only if it was alone. Thread-safe.
 */
final class LockRunner {
    private static final Logger log = LoggerFactory.getLogger(LockRunner.class);

    /** PostgreSQL's snapshots have room for 64 parts of a transaction that write; with more, whoever reads pays. */
    private static final int MOST_LENT = 60;

    private final QueueOptions options;
    private final Store store;
    private final Connected connected;
    private final Claims claims;
    private final JobRunner runner;
    private final FailedRuns failures;
    private final Settlement settlement;
    private final Lease lease;
    private final LoadGate gate;
    private final Runnable toRunLater;
    private final LocalRuns runs;
    private final Map<String, LockSize> sizes = new ConcurrentHashMap<>();
    private final LogLimit limit = new LogLimit();

    /** @param toRunLater told of a job that is to run later */
    LockRunner(
            Parts parts,
            Claims claims,
            JobRunner runner,
            FailedRuns failures,
            Settlement settlement,
            Lease lease,
            LoadGate gate,
            Runnable toRunLater) {
        this.options = parts.options();
        this.store = parts.store();
        this.connected = parts.connected();
        this.claims = claims;
        this.runner = runner;
        this.failures = failures;
        this.settlement = settlement;
        this.lease = lease;
        this.gate = gate;
        this.toRunLater = toRunLater;
        this.runs = parts.runs();
    }

    /** Takes up jobs and runs them; false if there was none. */
    boolean next(LockPool pool, Runnable found) throws SQLException, InterruptedException {
        int criticalities = criticalities(pool);
        if (!lease.mayBegin() || criticalities == 0) {
            return false;
        }
        AtomicReference<@Nullable LockBatch> taken = new AtomicReference<>();
        boolean committed = false;
        try {
            JdbcTransactions.<Boolean, RuntimeException>inTransaction(options.dataSource(), connection -> {
                LockBatch batch = lock(connection, pool, criticalities);
                taken.set(batch);
                if (batch != null) {
                    pool.enter();
                    found.run();
                    run(connection, pool, batch);
                }
                return true;
            });
            committed = true;
        } catch (SQLException | RuntimeException failed) {
            LockBatch batch = taken.get();
            if (batch == null) {
                throw failed;
            }
            undone(batch, failed);
        } finally {
            LockBatch batch = taken.get();
            if (batch != null) {
                ended(pool, batch, committed);
            }
        }
        return taken.get() != null;
    }

    private int criticalities(LockPool pool) {
        double[] factors = gate.factors();
        int asked = 0;
        for (int criticality = 0; criticality < factors.length; criticality++) {
            double factor = factors[criticality];
            if (factor == 1 || factor > 0 && pool.busy() < Math.ceil(pool.workers * factor)) {
                asked |= 1 << criticality;
            } else {
                meters().counter(QueueMeters.HELD_BACK, "advice", factor == 0 ? "stop" : "slow")
                        .increment();
            }
        }
        return asked;
    }

    private LockSize size(LockPool pool) {
        return sizes.computeIfAbsent(
                pool.queue,
                queue -> new LockSize(Math.min(store.dialect.mostLocked(), options.perTransactionOf(queue))));
    }

    private @Nullable LockBatch lock(Connection connection, LockPool pool, int criticalities) throws SQLException {
        long began = System.nanoTime();
        String result = "failed";
        try {
            // Others of the queue wait for the turn meanwhile, so not without end.
            Claims.Locked locked = store.within(connection, (patient, lockMillis) -> {
                store.callers.begin(patient);
                int most = size(pool).next();
                return claims.lock(patient, lease.id(), pool.share, criticalities, most);
            });
            result = locked.jobs().isEmpty() ? "none" : "jobs";
            return locked.jobs().isEmpty() ? null : new LockBatch(locked);
        } finally {
            meters().timer(QueueMeters.CLAIM, "result", result).recordNanos(System.nanoTime() - began);
        }
    }

    private void run(Connection connection, LockPool pool, LockBatch batch) throws SQLException {
        String transaction = store.dialect.transaction(connection);
        batch.begin();
        try {
            while (batch.last == null && batch.ran() < batch.taken() && goesOn(pool, batch)) {
                run(pool, batch);
            }
        } finally {
            batch.end();
        }
        if (!transaction.equals(store.dialect.transaction(connection))) {
            throw new SQLException("transaction: rolled back while jobs ran in it", "25000");
        }
        List<Settled> cancelled = batch.cancelled();
        if (batch.last != null || !cancelled.isEmpty()) {
            // Also when there is nothing to write: it fails if what the run did could not be undone alone.
            store.within(
                    connection,
                    (patient, lockMillis) -> JdbcTransactions.<Boolean, SQLException>inSavepoint(
                            options.dataSource(),
                            part -> write(store.callers.limitWaits(part, lockMillis), batch, cancelled)));
        }
        if (!batch.done.isEmpty()) {
            batch.freed |= store.within(connection, patient -> settlement.completeLocked(patient, batch.done));
        }
    }

    /** Whether the next job is for this transaction. One with a unique key has its own: others of it might meet that key. */
    private boolean goesOn(LockPool pool, LockBatch batch) {
        int next = batch.ran();
        return next == 0
                || pool.mayBegin()
                        && batch.lent < MOST_LENT
                        && !batch.locked.jobs().get(next - 1).unique()
                        && !batch.locked.jobs().get(next).unique()
                        && size(pool)
                                .fits(batch.locked.assignments().get(next).job.kind(), batch.nanos());
    }

    private void run(LockPool pool, LockBatch batch) {
        Assignment assignment = batch.locked.assignments().get(batch.ran());
        long began = System.nanoTime();
        meters().timer(QueueMeters.PICKUP, "queue", pool.queue)
                .recordNanos(assignment.job.waitedMillis() * 1_000_000 + began - assignment.claimedAt);
        pool.begin(assignment);
        JobOutcome outcome;
        try {
            outcome = runner.runLocked(assignment);
        } finally {
            pool.end(assignment);
        }
        long took = System.nanoTime() - began;
        batch.ran(new Settled(assignment, outcome), took);
        if (!(outcome instanceof JobOutcome.Parked)) {
            size(pool).ran(assignment.job.kind(), took);
        }
    }

    private boolean write(Connection connection, LockBatch batch, List<Settled> cancelled) throws SQLException {
        List<Settled> ended = new ArrayList<>(cancelled);
        Settled last = batch.last;
        if (last != null && counts(last)) {
            ended.add(last);
            batch.written = true;
        }
        for (Settled each : ended) {
            if (!store.jobs.take(connection, each.assignment().job)) {
                throw new SQLException("job " + each.assignment().job.id() + ": not as it was locked");
            }
        }
        batch.freed |= !ended.isEmpty() && settlement.writeIn(connection, ended);
        return true;
    }

    /** After the others the job is as it was. */
    private static boolean counts(Settled settled) {
        return !(settled.outcome() instanceof JobOutcome.Returned);
    }

    /** All is as it was but for what the handlers did elsewhere. */
    private void undone(LockBatch batch, Exception why) throws SQLException {
        batch.freed = false;
        batch.written = false;
        Settled last = batch.last;
        boolean collided = why instanceof SQLException failed && collides(failed);
        boolean lost = why instanceof SQLException failed && Sql.isLost(failed);
        if (last == null && batch.ran() == 1 && !lost) {
            last = alone(batch.took.get(0).getKey().assignment(), why);
            batch.last = last;
        }
        if (last != null) {
            if (counts(last)) {
                writeAlone(batch, last);
            }
        } else if (lost) {
            throw (SQLException) why;
        } else if (collided) {
            log.debug("{}: {} jobs run again, since others had locks", options.name(), batch.ran(), why);
        } else {
            limit.quietly(kept -> log.warn(
                    "{}: {} jobs that ran in one transaction run again, one by one, since it could not be committed"
                            + " ({} messages kept back)",
                    options.name(),
                    batch.ran(),
                    kept,
                    why));
        }
    }

    /** What became of the one job that ran. */
    private Settled alone(Assignment assignment, Exception why) {
        try (RequestContext.Scope scope = assignment.context().build().open()) {
            java.util.Objects.requireNonNull(scope);
            JobOutcome forgiven = why instanceof SQLException failed && collides(failed)
                    ? failures.forgiven(assignment.job, failed)
                    : null;
            return new Settled(assignment, forgiven != null ? forgiven : failures.uncommitted(assignment.job, why));
        }
    }

    /** Whether it is for others' locks. */
    private static boolean collides(SQLException why) {
        return Sql.isDeadlock(why) || Sql.isOverdue(why);
    }

    private void writeAlone(LockBatch batch, Settled last) throws SQLException {
        batch.freed = store.transact(connection -> !store.dialect
                        .lockFree(connection, List.of(last.assignment().job.id()), 0)
                        .isEmpty()
                && store.jobs.take(connection, last.assignment().job)
                && settlement.writeIn(connection, List.of(last)));
        batch.written = true;
    }

    private void ended(LockPool pool, LockBatch batch, boolean committed) {
        pool.leave();
        int gone = committed ? batch.done.size() + (batch.written ? 1 : 0) : 0;
        claims.unlocked(batch.locked, gone);
        Settled last = batch.last;
        if (committed && (last == null || counts(last))) {
            size(pool).committed(batch.taken(), batch.ran(), batch.nanos());
        } else {
            size(pool).failed(batch.ran());
        }
        if (batch.freed || !pool.mayBegin() && gone < batch.taken()) {
            settlement.wake();
        } else if (batch.written && last != null && last.outcome().runsLater()) {
            toRunLater.run();
        }
        for (Map.Entry<Settled, Long> each : batch.took) {
            Settled settled = each.getKey();
            Assignment assignment = settled.assignment();
            JobOutcome undone =
                    last != null && last.assignment() == assignment ? last.outcome() : new JobOutcome.Returned();
            runs.settled(assignment.job.id());
            count(assignment, committed ? settled.outcome() : undone, each.getValue());
        }
    }

    private void count(Assignment assignment, JobOutcome outcome, long nanos) {
        meters().timer(QueueMeters.RUN, "job", assignment.job.kind(), "outcome", outcome.label())
                .recordNanos(nanos);
        if (outcome instanceof JobOutcome.Parked) {
            meters().counter(QueueMeters.PARKED).increment();
        }
    }

    private Meters meters() {
        return connected.get().meters();
    }
}
