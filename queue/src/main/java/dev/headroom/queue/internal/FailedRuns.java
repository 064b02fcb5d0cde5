package dev.headroom.queue.internal;

import dev.headroom.queue.DeadJob;
import dev.headroom.queue.SnoozeException;
import dev.headroom.queue.internal.sql.ClaimedJob;
import dev.headroom.queue.internal.sql.Outage;
import dev.headroom.queue.internal.sql.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what becomes of a job whose run has failed: whether its attempt counts, when it is tried again, and whether it is dead. Thread-safe. */
final class FailedRuns {
    private static final Logger log = LoggerFactory.getLogger(FailedRuns.class);

    /** A connection that was cut off, or a server without room, may be the handler's fault, or not: so many attempts it gets at least. */
    private static final int FEWEST_CUT_OFF = 3;

    /** So many times a completion that waited too long for a lock does not count; the lock is not passing then, or the handler's own. */
    private static final int MOST_WAITS = 10;

    /** So many times a run does not count that the database ended for others'; what comes of it again and again is the handler's own. */
    private static final int MOST_DEADLOCKS = 20;

    /** So many times it runs again at once after that. */
    private static final int AT_ONCE = 2;

    private static final Backoff PAUSES = new Backoff(Duration.ofMillis(20), Duration.ofMillis(500));
    private static final long SHORTEST_POSTPONEMENT = 1_000;

    private final QueueOptions options;
    private final Kinds kinds;
    private final Times waits = new Times();
    private final Times deadlocks = new Times();
    private final LogLimit waitsTold = new LogLimit();
    private final LogLimit deadlocksTold = new LogLimit();
    private final LogLimit awayTold = new LogLimit();

    /** Since when no transaction could be begun; 0 while it can. */
    private final AtomicLong awaySince = new AtomicLong();

    FailedRuns(QueueOptions options, Kinds kinds) {
        this.options = options;
        this.kinds = kinds;
    }

    /**
     * What becomes of a run that did well and was undone by the database, for others' locks or work, or null if it counts: after a deadlock, which gets a longer pause each
     * time, and after waits for a lock it does not count for as long as that has not befallen the job again and again. What its handler does elsewhere is done each time.
     */
    @Nullable JobOutcome forgiven(ClaimedJob job, SQLException collision) {
        return Sql.isDeadlock(collision) ? afterDeadlock(job, collision) : afterWait(job, collision);
    }

    private @Nullable JobOutcome afterDeadlock(ClaimedJob job, SQLException collision) {
        int times = deadlocks.again(job.id());
        if (times <= AT_ONCE) {
            log.debug("{}: job {} of {} is run again", options.name(), job.id(), job.kind(), collision);
            return new JobOutcome.Returned();
        }
        String what = "was chosen by the database to end a deadlock, or could not be serialized";
        warn(deadlocksTold, job, what, times, MOST_DEADLOCKS, collision);
        if (times > MOST_DEADLOCKS) {
            return null;
        }
        long pause = PAUSES.millisBefore(times - AT_ONCE, options.random());
        return new JobOutcome.Postponed(pause, Errors.text(collision));
    }

    private @Nullable JobOutcome afterWait(ClaimedJob job, SQLException collision) {
        int times = waits.again(job.id());
        warn(waitsTold, job, "waited too long for a lock", times, MOST_WAITS, collision);
        return times <= MOST_WAITS ? new JobOutcome.Returned() : null;
    }

    private void warn(LogLimit told, ClaimedJob job, String what, int times, int forgiven, SQLException why) {
        long kept = told.pass();
        if (kept >= 0) {
            log.warn(
                    "{}: job {} of {} {}; {} times by now, of which {} do not count as attempts ({} messages like this kept back)",
                    options.name(),
                    job.id(),
                    job.kind(),
                    what,
                    times,
                    forgiven,
                    kept,
                    why);
        }
    }

    /** There was no connection for its transaction: it has not run. */
    JobOutcome away(ClaimedJob job, Throwable why) {
        long now = System.nanoTime();
        awaySince.compareAndSet(0, now);
        // As long again as it has lasted: at first the database may be back in a moment.
        long delay = Math.max(SHORTEST_POSTPONEMENT, (now - awaySince.get()) / 1_000_000);
        long kept = awayTold.pass();
        if (kept >= 0) {
            log.warn(
                    "{}: job {} of {} is put off, since there is no connection for it ({} messages like this kept back)",
                    options.name(),
                    job.id(),
                    job.kind(),
                    kept,
                    why);
        }
        return new JobOutcome.Postponed(
                Math.min(delay, options.parking().toMillis()), "no connection\n" + Errors.text(Errors.printable(why)));
    }

    /** A transaction could be begun. */
    void present() {
        awaySince.set(0);
    }

    /** Its handler wants it to run again later, and has not failed. */
    JobOutcome snoozed(ClaimedJob job, SnoozeException snooze) {
        log.debug("{}: job {} of {} is {}", options.name(), job.id(), job.kind(), snooze.getMessage());
        return new JobOutcome.Snoozed(snooze.time().toMillis(), Errors.text(snooze));
    }

    /** It may have done nothing wrong: its attempt counts, but it is no dead letter for the first of these. */
    JobOutcome cutOff(ClaimedJob job, Kind kind, SQLException why) {
        return failed(job, kind, why, false, Math.max(FEWEST_CUT_OFF, job.maxAttempts()));
    }

    /** The same of a run whose end collided, unless that is forgiven. */
    JobOutcome collided(ClaimedJob job, Kind kind, SQLException collision) {
        JobOutcome forgiven = forgiven(job, collision);
        return forgiven != null ? forgiven : cutOff(job, kind, collision);
    }

    /** The outcome of a run whose transaction could not be committed. */
    JobOutcome uncommitted(ClaimedJob job, Exception failure) {
        Kind kind = kinds.find(job.kind());
        if (kind == null) {
            return new JobOutcome.Returned();
        }
        return failure instanceof SQLException sql && Outage.is(sql)
                ? cutOff(job, kind, sql)
                : failed(job, kind, failure, false);
    }

    /** The outcome of a run whose handler failed. */
    JobOutcome failed(ClaimedJob job, Kind kind, Throwable thrown, boolean timedOut) {
        return failed(job, kind, thrown, timedOut, job.maxAttempts());
    }

    private JobOutcome failed(ClaimedJob job, Kind kind, Throwable thrown, boolean timedOut, int attempts) {
        Throwable failure = Errors.printable(thrown);
        String error = (timedOut ? "timed out after " + kind.timeout() + "\n" : "") + Errors.text(failure);
        boolean givesUp = kind.givesUpOn(thrown) || thrown instanceof HopelessException;
        if (givesUp || job.attempt() >= attempts) {
            // It keeps its number, should it be requeued.
            waits.forget(job.id());
            deadlocks.forget(job.id());
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
