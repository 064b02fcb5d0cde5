package dev.headroom.queue.internal;

import dev.headroom.meter.Meters;
import dev.headroom.queue.QueueMeters;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes a job up, runs it and removes it in one transaction of the application's. Nobody else sees that it runs: its row is locked, and
 * others pass it by. When that transaction is rolled back, the job is as it was, for whoever comes first; how it failed is written in
 * another one, unless somebody has it by then. Thread-safe.
 */
final class LockRunner {
    private final QueueOptions options;
    private final Store store;
    private final Connected connected;
    private final Claims claims;
    private final JobRunner runner;
    private final Settlement settlement;
    private final Lease lease;
    private final LoadGate gate;
    private final LocalRuns runs;

    LockRunner(Parts parts, Claims claims, JobRunner runner, Settlement settlement, Lease lease, LoadGate gate) {
        this.options = parts.options();
        this.store = parts.store();
        this.connected = parts.connected();
        this.claims = claims;
        this.runner = runner;
        this.settlement = settlement;
        this.lease = lease;
        this.gate = gate;
        this.runs = parts.runs();
    }

    /** One attempt: what was taken up, and how it ended. */
    private static final class Attempt {
        private @Nullable Assignment assignment;
        private @Nullable JobOutcome outcome;
        private boolean freed;
    }

    /** Rolls back what a run did that did not end well. */
    private static final class NotDone extends Exception {
        private static final long serialVersionUID = 1L;

        NotDone() {
            super("not done", null, false, false);
        }
    }

    boolean next(LockPool pool, Runnable found) throws SQLException, InterruptedException {
        int criticalities = criticalities(pool);
        if (!lease.mayBegin() || criticalities == 0) {
            return false;
        }
        Attempt attempt = new Attempt();
        long begun = System.nanoTime();
        try {
            JdbcTransactions.<Boolean, NotDone>inTransaction(options.dataSource(), connection -> {
                run(connection, pool, criticalities, attempt, found);
                return true;
            });
        } catch (NotDone rolledBack) {
            write(attempt);
        } catch (SQLException | RuntimeException failed) {
            Assignment assignment = attempt.assignment;
            if (assignment == null) {
                throw failed;
            }
            // The commit failed, or the connection was lost: what the run did is undone.
            attempt.outcome = runner.failed(assignment.job, failed);
            write(attempt);
        } finally {
            Assignment assignment = attempt.assignment;
            if (assignment != null) {
                pool.end(assignment);
                count(assignment, attempt.outcome, begun);
            }
        }
        if (attempt.freed) {
            settlement.wake();
        }
        Assignment settled = attempt.assignment;
        if (settled != null) {
            runs.settled(settled.job.id());
        }
        return attempt.assignment != null;
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

    private void run(Connection connection, LockPool pool, int criticalities, Attempt attempt, Runnable found)
            throws SQLException, NotDone {
        store.dialect.begin(connection);
        long began = System.nanoTime();
        List<Assignment> claimed = List.of();
        try {
            claimed = claims.claimLocked(connection, lease.id(), pool.share, criticalities);
        } finally {
            meters().timer(QueueMeters.CLAIM, "result", claimed.isEmpty() ? "none" : "jobs")
                    .recordNanos(System.nanoTime() - began);
        }
        if (claimed.isEmpty()) {
            return;
        }
        Assignment assignment = claimed.get(0);
        attempt.assignment = assignment;
        pool.begin(assignment);
        found.run();
        meters().timer(QueueMeters.PICKUP, "queue", pool.queue)
                .recordNanos(assignment.job.waitedMillis() * 1_000_000 + System.nanoTime() - assignment.claimedAt);
        JobOutcome outcome = runner.run(assignment, connection);
        attempt.outcome = outcome;
        if (!(outcome instanceof JobOutcome.Committed)) {
            throw new NotDone();
        }
        attempt.freed = settlement.writeIn(connection, List.of(new Settled(assignment, outcome)));
    }

    private void write(Attempt attempt) throws SQLException {
        Assignment assignment = attempt.assignment;
        JobOutcome outcome = attempt.outcome;
        // After the others the job is as it was.
        boolean counts =
                outcome != null && !(outcome instanceof JobOutcome.Returned) && !(outcome instanceof JobOutcome.Lost);
        if (assignment != null && outcome != null && counts) {
            attempt.freed = store.transact(connection -> !store.dialect
                            .lockFree(connection, List.of(assignment.job.id()), 0)
                            .isEmpty()
                    && store.jobs.take(connection, assignment.job)
                    && settlement.writeIn(connection, List.of(new Settled(assignment, outcome))));
        }
    }

    private void count(Assignment assignment, @Nullable JobOutcome outcome, long begun) {
        String label = outcome == null ? "lost" : outcome.label();
        meters().timer(QueueMeters.RUN, "job", assignment.job.kind(), "outcome", label)
                .recordNanos(System.nanoTime() - begun);
        if (outcome instanceof JobOutcome.Parked) {
            meters().counter(QueueMeters.PARKED).increment();
        }
    }

    private Meters meters() {
        return connected.get().meters();
    }
}
