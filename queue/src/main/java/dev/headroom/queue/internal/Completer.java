package dev.headroom.queue.internal;

import dev.headroom.queue.DeadJob;
import dev.headroom.queue.internal.sql.Outage;
import dev.headroom.queue.internal.sql.Sql;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes outcomes, as many at once as have gathered; when they come thick and fast, it lets a few milliseconds' worth gather. While the database is away it tries again until it is back: a job that ran is held
 * until the database knows, so what can gather is bounded by what may be claimed.
 */
final class Completer implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Completer.class);
    private static final int MOST = 1_000;

    /** So many that came while others were written are many: more are waited for. */
    private static final int MANY = 8;

    private static final long GATHER = 4_000_000;
    private static final long LONGEST_PAUSE = 1_000;

    /** After so many failures with the database there it is for one of the outcomes. */
    private static final int FAILURES = 5;

    private static final long ASIDE = 30_000;

    /** So many milliseconds the writing of many waits for a lock at most, and that of one which others' locks have kept from being written. */
    private static final long LOCKED = 1_000;

    /** The same when it has been refused several times: it may have to wait its turn, or take long by itself. */
    private static final long MOST_LOCKED = 8_000;

    /** The same for the writing of one while others wait for theirs, and before one that was kept from it is tried again. */
    private static final long PASSING = 50;

    private final String name;
    private final Settlement settlement;
    private final Consumer<List<Settled>> written;
    private final Consumer<Integer> lost;
    private final BlockingQueue<Settled> outcomes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Unwritten> refused = new LinkedBlockingQueue<>();
    private final LogLimit limit = new LogLimit();
    private volatile boolean closed;
    private volatile boolean ended;

    /** An end that is written alone. */
    private static final class Unwritten {
        private final Settled settled;

        /** Whether it may be written all the same: the answer was lost. */
        private boolean doubtful;

        private long lockMillis = LOCKED;

        /** How often it failed for what may be its own fault. */
        private int failures;

        Unwritten(Settled settled, boolean doubtful) {
            this.settled = settled;
            this.doubtful = doubtful;
        }
    }

    /** What became of an end that was to be written alone. */
    private enum Attempt {
        WRITTEN,
        /** For others' locks, too little time, or something that may be over soon. */
        REFUSED,
        /** The database takes nothing at all. */
        FAILED
    }

    Completer(String name, Settlement settlement, Consumer<List<Settled>> written, Consumer<Integer> lost) {
        this.name = name;
        this.settlement = settlement;
        this.written = written;
        this.lost = lost;
    }

    void add(Settled settled) {
        outcomes.add(settled);
    }

    @Override
    public void run() {
        List<Settled> batch = new ArrayList<>();
        while (!closed || !outcomes.isEmpty()) {
            try {
                Settled first = outcomes.poll(50, TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    outcomes.drainTo(batch, MOST - 1);
                    if (batch.size() >= MANY) {
                        gather(batch);
                    }
                    write(batch);
                    batch.clear();
                }
            } catch (InterruptedException stopped) {
                break;
            }
        }
        ended = true;
    }

    /** Tries what others' locks keep from being written, until it is; for a thread of its own. */
    void runRefused() {
        while (!ended || !refused.isEmpty()) {
            try {
                Unwritten each = refused.poll(50, TimeUnit.MILLISECONDS);
                if (each != null) {
                    Attempt attempt = writeAlone(each, each.lockMillis);
                    if (attempt != Attempt.WRITTEN) {
                        each.lockMillis = Math.min(MOST_LOCKED, 2 * each.lockMillis);
                        refused.add(each);
                        Thread.sleep(attempt == Attempt.REFUSED && each.failures == 0 ? PASSING : LONGEST_PAUSE);
                    }
                }
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    /** A transaction costs the same for few as for many; what comes meanwhile does not wake this thread. */
    private void gather(List<Settled> batch) throws InterruptedException {
        long until = System.nanoTime() + GATHER;
        for (long left = GATHER; batch.size() + outcomes.size() < MOST && left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep(Math.min(left, GATHER / 4));
        }
        outcomes.drainTo(batch, MOST - batch.size());
    }

    private void write(List<Settled> batch) throws InterruptedException {
        long pause = 10;
        boolean doubtful = false;
        for (int failures = 0; ; ) {
            try {
                tell(settlement.write(batch, LOCKED), doubtful);
                written.accept(batch);
                return;
            } catch (SQLException | RuntimeException | Error failed) {
                boolean away = isAway(failed);
                doubtful |= isLost(failed);
                long kept = limit.pass();
                if (kept >= 0) {
                    log.warn(
                            "{}: outcomes of {} jobs could not be written yet ({} messages kept back)",
                            name,
                            batch.size(),
                            kept,
                            failed);
                }
                if (!away && (passes(failed) || ++failures % FAILURES == 0)) {
                    doubtful |= oneByOne(batch, doubtful);
                    if (batch.isEmpty()) {
                        return;
                    }
                }
                Thread.sleep(pause);
                pause = Math.min(LONGEST_PAUSE, pause * 2);
            }
        }
    }

    /** What an attempt wrote whose commit was cut off is gone when it is written again, and who waited for it was not told. */
    private void tell(int gone, boolean doubtful) {
        if (doubtful) {
            settlement.wake();
        } else if (gone > 0) {
            lost.accept(gone);
        }
    }

    /** What can't be written must not hold the others up. Says whether the last, at which it ended, may be written all the same. */
    private boolean oneByOne(List<Settled> batch, boolean doubtful) {
        for (Settled each : List.copyOf(batch)) {
            Unwritten alone = new Unwritten(each, doubtful);
            Attempt attempt = writeAlone(alone, PASSING);
            if (attempt == Attempt.FAILED) {
                return alone.doubtful;
            }
            batch.remove(each);
            if (attempt == Attempt.REFUSED) {
                refused.add(alone);
            }
        }
        return false;
    }

    private Attempt writeAlone(Unwritten alone, long lockMillis) {
        try {
            tell(settlement.write(List.of(alone.settled), lockMillis), alone.doubtful);
        } catch (SQLException | RuntimeException | Error failed) {
            if (isAway(failed)) { // which says nothing of what was to be written
                alone.doubtful |= isLost(failed);
                return Attempt.FAILED;
            }
            if (passes(failed) || ++alone.failures < FAILURES) {
                warn(alone.settled, failed);
                return Attempt.REFUSED;
            }
            Attempt aside = putAside(alone, failed);
            if (aside != Attempt.WRITTEN) {
                return aside;
            }
        }
        written.accept(List.of(alone.settled));
        return Attempt.WRITTEN;
    }

    private void warn(Settled settled, Throwable failed) {
        long kept = limit.pass();
        if (kept >= 0) {
            log.warn(
                    "{}: how job {} of {} ended can't be written yet ({} messages kept back)",
                    name,
                    settled.assignment().job.id(),
                    settled.assignment().job.kind(),
                    kept,
                    failed);
        }
    }

    private static boolean passes(Throwable refused) {
        return refused instanceof SQLException sql && Sql.passes(sql);
    }

    private static boolean isLost(Throwable failed) {
        return failed instanceof SQLException sql && Sql.isLost(sql);
    }

    /** Whether the database takes nothing at all at the time. */
    private static boolean isAway(Throwable failed) {
        return failed instanceof SQLException sql && (Sql.isLost(sql) || Outage.is(sql));
    }

    /** What is worse is written only if the database refuses what is better, not if a lock or an outage keeps it from being written. */
    private Attempt putAside(Unwritten alone, Throwable why) {
        Settled settled = alone.settled;
        for (JobOutcome instead : instead(settled.outcome(), "its end could not be written: " + why.getMessage())) {
            try {
                settlement.write(List.of(new Settled(settled.assignment(), instead)), LOCKED);
            } catch (SQLException | RuntimeException | Error refusedToo) {
                why.addSuppressed(refusedToo);
                if (passes(refusedToo)) {
                    return Attempt.REFUSED;
                }
                if (isAway(refusedToo)) {
                    alone.doubtful |= isLost(refusedToo);
                    return Attempt.FAILED;
                }
                continue;
            }
            log.error(
                    "{}: how job {} of {} ended can't be written: {}",
                    name,
                    settled.assignment().job.id(),
                    settled.assignment().job.kind(),
                    what(instead),
                    why);
            return Attempt.WRITTEN;
        }
        return Attempt.FAILED;
    }

    /** What may be written of a job whose end is refused, best first. What it has done stands: to run it again is the last resort, and counts. */
    private static List<JobOutcome> instead(JobOutcome outcome, String reason) {
        if (outcome instanceof JobOutcome.Done) {
            return List.of(
                    new JobOutcome.Dead(DeadJob.Reason.UNWRITABLE, reason),
                    new JobOutcome.Done(null),
                    new JobOutcome.Retried(ASIDE, reason));
        }
        boolean ran = outcome instanceof JobOutcome.Retried
                || outcome instanceof JobOutcome.Dead
                || outcome instanceof JobOutcome.InDoubt;
        return List.of(ran ? new JobOutcome.Retried(ASIDE, reason) : new JobOutcome.Postponed(ASIDE, reason));
    }

    private static String what(JobOutcome instead) {
        return instead instanceof JobOutcome.Dead
                ? "it is a dead letter, its effects stand"
                : instead instanceof JobOutcome.Done
                        ? "it is done, without its result"
                        : "it is put aside, and runs again";
    }

    /** Lets it end once all is written. */
    void close() {
        closed = true;
    }
}
