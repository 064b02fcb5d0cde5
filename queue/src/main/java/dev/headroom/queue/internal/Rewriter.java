package dev.headroom.queue.internal;

import dev.headroom.RequestContext;
import dev.headroom.queue.DeadJob;
import dev.headroom.queue.internal.sql.ClaimedJob;
import dev.headroom.queue.internal.sql.Outage;
import dev.headroom.queue.internal.sql.Sql;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the ends that could not be written at first, until they are, on a thread of its own.
 *
 * <p>Jobs that others have locked are passed by and looked at again, the rest is written together; where another lock, too little time or a fault that stays keeps
 * many from being written, each half of them is tried by itself, so that what can be written soon is. While the database is away nothing is held
 * against an end. One whose answer was lost may have been written, and its job run again: it is written only while nothing is claimed, and not if this node
 * holds the job anew.
 */
final class Rewriter implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Rewriter.class);

    /** So many milliseconds the writing of ends waits for a lock at most. */
    static final long LOCKED = 1_000;

    /** The same of many while others wait for theirs: longer than a lock is held that many want and get. */
    static final long BRIEFLY = 250;

    /** The same of one that is alone, while others wait for theirs. */
    private static final long PASSING = 50;

    /** The same of one that is alone and had too little time, where the limit is that of a whole statement. */
    private static final long MOST_LOCKED = 8_000;

    /** The same of one whose answer was lost. */
    private static final long LONGEST_DOUBT = 2_000;

    /** Of so many tries for a lock one waits for it, whoever else waits. */
    private static final int TURN = 4;

    /** After so many failures with the database there it is for one of the ends that are tried together. */
    private static final int FAILURES_TOGETHER = 3;

    /** After so many, some seconds, something else is written of one that is alone. */
    private static final int FAILURES_ALONE = 8;

    private static final long SHORTEST_PAUSE = 10;
    private static final long LONGEST_PAUSE = 1_000;

    private static final long ASIDE = 30_000;

    private final String name;
    private final Settlement settlement;
    private final Held held;
    private final Told told;
    private final DelayQueue<Unwritten> waiting = new DelayQueue<>();
    private final LogLimit refusals = new LogLimit();
    private final LogLimit failures = new LogLimit();
    private volatile boolean busy;
    private volatile boolean closed;
    private long pause = SHORTEST_PAUSE;

    Rewriter(String name, Settlement settlement, Held held, Told told) {
        this.name = name;
        this.settlement = settlement;
        this.held = held;
        this.told = told;
    }

    /** Takes over what could not be written. Thread-safe. */
    void add(List<Settled> ends, Throwable why) {
        Unwritten each = new Unwritten(ends, LOCKED);
        each.doubtful = isDoubtful(why);
        if (!isAway(why) && !passes(why)) {
            failed(each);
        }
        waiting.add(each);
        warn(ends, why);
    }

    /** Whether all is written. Thread-safe. */
    boolean isIdle() {
        return waiting.isEmpty() && !busy;
    }

    /** Nothing is added any more: it ends once all is written. */
    void close() {
        closed = true;
    }

    @Override
    public void run() {
        while (!closed || !waiting.isEmpty()) {
            @Nullable Unwritten next = null;
            try {
                next = waiting.poll(50, TimeUnit.MILLISECONDS);
                busy = next != null;
                if (next != null) {
                    attempt(next);
                }
            } catch (InterruptedException stopped) {
                return;
            } catch (RuntimeException | Error unexpected) {
                // Of one that is told, by when what was written is no more among the ends.
                if (next != null && !next.ends.isEmpty() && !waiting.contains(next)) {
                    waiting.add(next.dueIn(LONGEST_PAUSE));
                }
                LogLimit.quietly(() -> log.error(
                        "{}: the completer goes on after a failure outside of the database", name, unexpected));
            }
        }
    }

    private void attempt(Unwritten next) throws InterruptedException {
        if (write(next)) {
            pause = SHORTEST_PAUSE;
        } else {
            Thread.sleep(pause);
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
    }

    /** Returns whether the database is there. */
    private boolean write(Unwritten next) {
        Settlement.Part part;
        try {
            part = written(next, next.ends, lockMillis(next));
        } catch (SQLException | RuntimeException | Error failed) {
            return again(next, failed);
        }
        next.ends = part.locked();
        if (!next.ends.isEmpty()) {
            refused(next);
        }
        tell(next, part.written(), part.lost());
        return true;
    }

    private Settlement.Part written(Unwritten next, List<Settled> ends, long lockMillis) throws SQLException {
        if (!next.doubtful) {
            return settlement.writeFree(ends, lockMillis, free -> List.of());
        }
        try {
            return settlement.writeFree(ends, lockMillis, held::claimedAgain);
        } finally {
            held.claimsGoOn();
        }
    }

    /** What an attempt wrote whose commit was cut off is gone when it is written again, and who waited for it was not told. */
    private void tell(Unwritten next, List<Settled> written, int gone) {
        told.written().accept(written);
        if (next.doubtful) {
            settlement.wake();
        } else if (gone > 0) {
            told.lost().accept(gone);
        }
    }

    private long lockMillis(Unwritten next) {
        if (!next.isAlone()) {
            return BRIEFLY;
        }
        boolean turn = next.refusals % TURN == TURN - 1;
        if (next.doubtful) {
            // Nothing is claimed meanwhile.
            return turn ? Math.min(LONGEST_DOUBT, next.lockMillis) : PASSING;
        }
        return turn || waiting.isEmpty() ? next.lockMillis : PASSING;
    }

    private boolean again(Unwritten next, Throwable why) {
        warn(next.ends, why);
        next.doubtful |= isDoubtful(why);
        if (isAway(why)) {
            away(next, why);
            return false;
        }
        if (passes(why)) {
            if (next.isAlone()) {
                if (why instanceof SQLException sql && Sql.isOutOfTime(sql)) {
                    next.lockMillis = Math.min(MOST_LOCKED, 2 * next.lockMillis);
                }
                refused(next);
            } else {
                waiting.addAll(next.halves());
            }
            return true;
        }
        failed(next);
        if (next.failures < (next.isAlone() ? FAILURES_ALONE : FAILURES_TOGETHER)) {
            waiting.add(next);
        } else if (next.isAlone()) {
            return putAside(next, why);
        } else {
            waiting.addAll(next.halves());
        }
        return true;
    }

    /** That a server has no room, or a connection ends, may be one table's or one row's matter: what the others are is told apart in time. */
    private void away(Unwritten next, Throwable why) {
        if (!(why instanceof SQLException sql && Sql.isUnreachable(sql))) {
            next.outages++;
        }
        if (next.outages >= FAILURES_TOGETHER && !next.isAlone()) {
            waiting.addAll(next.halves());
        } else {
            waiting.add(next.dueIn(0));
        }
        if (next.isAlone()) {
            told.waiting().accept(next.ends);
        }
    }

    private void refused(Unwritten next) {
        waiting.add(next.dueIn(Math.min(LONGEST_PAUSE, PASSING << Math.min(5, next.refusals))));
        next.refusals++;
        told.waiting().accept(next.ends);
    }

    private static void failed(Unwritten next) {
        next.failures++;
        next.dueIn(Math.min(LONGEST_PAUSE, SHORTEST_PAUSE << Math.min(10, 2 * next.failures)));
    }

    private void warn(List<Settled> ends, Throwable why) {
        ClaimedJob first = ends.get(0).assignment().job;
        (passes(why) ? refusals : failures)
                .quietly(kept -> log.warn(
                        "{}: how {} jobs ended, {} of {} among them, can't be written yet ({} messages kept back)",
                        name,
                        ends.size(),
                        first.id(),
                        first.kind(),
                        kept,
                        why));
    }

    /** Whether it is for others' locks, or too little time. */
    static boolean passes(Throwable refused) {
        return refused instanceof SQLException sql && Sql.passes(sql);
    }

    /** Whether it may have come after the commit: only a state that says otherwise tells that it did not. */
    private static boolean isDoubtful(Throwable failed) {
        return !(failed instanceof SQLException sql) || sql.getSQLState() == null || Sql.isLost(sql);
    }

    /** Whether the database takes nothing at all at the time. */
    private static boolean isAway(Throwable failed) {
        return failed instanceof SQLException sql && (Sql.isLost(sql) || Outage.is(sql));
    }

    /** What is worse is written only if the database refuses what is better, not if a lock or an outage keeps it from being written. */
    private boolean putAside(Unwritten alone, Throwable why) {
        Settled settled = alone.ends.get(0);
        for (JobOutcome instead : instead(
                settled.outcome(),
                "its end could not be written: " + Errors.printable(why).getMessage())) {
            Settlement.Part part;
            try {
                part = written(alone, List.of(new Settled(settled.assignment(), instead)), LOCKED);
            } catch (SQLException | RuntimeException | Error refusedToo) {
                why.addSuppressed(refusedToo);
                if (passes(refusedToo)) {
                    refused(alone);
                    return true;
                }
                alone.doubtful |= isDoubtful(refusedToo);
                if (isAway(refusedToo)) {
                    waiting.add(alone.dueIn(0));
                    return false;
                }
                continue;
            }
            if (!part.locked().isEmpty()) {
                refused(alone);
                return true;
            }
            alone.ends = List.of();
            LogLimit.quietly(() -> logInstead(settled.assignment(), instead, why));
            tell(alone, List.of(new Settled(settled.assignment(), instead)), part.lost());
            return true;
        }
        waiting.add(alone.dueIn(LONGEST_PAUSE));
        told.waiting().accept(alone.ends);
        return true;
    }

    private void logInstead(Assignment assignment, JobOutcome instead, Throwable why) {
        try (RequestContext.Scope scope = assignment.context().build().open()) {
            java.util.Objects.requireNonNull(scope);
            log.error(
                    "{}: how job {} of {} ended can't be written: {}",
                    name,
                    assignment.job.id(),
                    assignment.job.kind(),
                    what(instead),
                    why);
        }
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
}
