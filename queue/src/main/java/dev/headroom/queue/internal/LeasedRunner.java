package dev.headroom.queue.internal;

import dev.headroom.meter.Meters;
import dev.headroom.queue.QueueMeters;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs jobs that the lease holds, where they may still begin, and gives their ends to the completer. Thread-safe. */
final class LeasedRunner {
    private static final Logger log = LoggerFactory.getLogger(LeasedRunner.class);

    private final String component;
    private final Store store;
    private final Connected connected;
    private final Claims claims;
    private final JobRunner runner;
    private final Lease lease;
    private final Completer completer;
    private final Told told;
    private final BooleanSupplier draining;

    LeasedRunner(
            Parts parts,
            Claims claims,
            JobRunner runner,
            Lease lease,
            Completer completer,
            Told told,
            BooleanSupplier draining) {
        this.component = parts.options().name();
        this.store = parts.store();
        this.connected = parts.connected();
        this.claims = claims;
        this.runner = runner;
        this.lease = lease;
        this.completer = completer;
        this.told = told;
        this.draining = draining;
    }

    void run(Assignment assignment) {
        long begun = System.nanoTime();
        JobOutcome outcome = new JobOutcome.Returned();
        try {
            if (!draining.getAsBoolean()
                    && lease.mayBegin()
                    && lease.id() == assignment.job.lease()
                    && claims.mayBegin(assignment.share)) {
                long waited = assignment.job.waitedMillis() * 1_000_000 + begun - assignment.claimedAt;
                meters().timer(QueueMeters.PICKUP, "queue", assignment.share.queue)
                        .recordNanos(waited);
                JobOutcome refused =
                        assignment.job.suspect() && runner.canRun(assignment.job) ? suspect(assignment) : null;
                outcome = refused != null ? refused : runner.run(assignment);
                meters().timer(QueueMeters.RUN, "job", assignment.job.kind(), "outcome", outcome.label())
                        .recordNanos(System.nanoTime() - begun);
            }
        } finally {
            completer.add(new Settled(assignment, outcome));
        }
        count(outcome);
    }

    /** Should this process die, too, it was with this job at work. */
    private @Nullable JobOutcome suspect(Assignment assignment) {
        try {
            boolean held = store.transact(connection -> store.jobs.suspect(connection, assignment.job));
            assignment.suspected();
            return held ? null : new JobOutcome.Lost();
        } catch (SQLException away) {
            log.warn(
                    "{}: job {} does not begin here, since its database is away", component, assignment.job.id(), away);
            return new JobOutcome.Returned();
        }
    }

    private void count(JobOutcome outcome) {
        if (outcome instanceof JobOutcome.Lost) {
            told.lost().accept(1);
        } else if (outcome instanceof JobOutcome.Parked) {
            meters().counter(QueueMeters.PARKED).increment();
        }
    }

    private Meters meters() {
        return connected.get().meters();
    }
}
