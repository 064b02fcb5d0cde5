package dev.headroom.queue.internal;

import dev.headroom.RequestContext;
import dev.headroom.TraceId;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.queue.internal.sql.ClaimedJob;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job that this node holds, from its claim until its outcome is in the database. Thread-safe. */
final class Assignment {
    /** Why a run was interrupted. */
    enum Interruption {
        TIMEOUT,
        CANCELLED,
        FENCED,
        STOPPING
    }

    private static final Logger log = LoggerFactory.getLogger(Assignment.class);

    /** So long a connection waits for a cancellation of its statement, which might end the next one on it otherwise. */
    private static final long UNTIL_CANCELLED = TimeUnit.SECONDS.toNanos(10);

    final Share share;
    final ClaimedJob job;
    final ConsistencyToken token;
    final long claimedAt = System.nanoTime();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread runner;
    private long endsAt = Long.MAX_VALUE;
    private @Nullable Interruption interruption;
    private @Nullable Statement executing;
    private @Nullable Thread cancelling;
    private volatile boolean lent;
    private volatile boolean cancelled;
    private volatile boolean stepped;
    private volatile boolean suspected;

    Assignment(Share share, ClaimedJob job, ConsistencyToken token) {
        this.share = share;
        this.job = job;
        this.token = token;
    }

    /** That of whoever enqueued it, for its handler and for log lines that tell of it alone; without its criticality. */
    RequestContext.Builder context() {
        return RequestContext.builder()
                .traceId(TraceId.fromTraceparent(job.trace()).orElseGet(TraceId::random))
                .user(job.user())
                .consistency(token);
    }

    /** The calling thread begins to run it. */
    void begin(long timeoutNanos) {
        lock.lock();
        try {
            runner = Thread.currentThread();
            endsAt = timeoutNanos > 0 ? System.nanoTime() + timeoutNanos : Long.MAX_VALUE;
        } finally {
            lock.unlock();
        }
    }

    /** The calling thread has run it; from now on nobody interrupts it for this job, and an interruption that came is taken back. */
    @Nullable Interruption end() {
        lock.lock();
        try {
            runner = null;
            if (interruption != null) {
                Thread.interrupted();
            }
            return interruption;
        } finally {
            lock.unlock();
        }
    }

    /** Its handler uses the connection that it was lent. */
    void lent() {
        lent = true;
    }

    boolean wasLent() {
        return lent;
    }

    /**
     * Its handler executes a statement, which ends when the run is interrupted: drivers don't heed an interruption. Null when it is over; by then no
     * cancellation of it is underway, which some databases know as one of whatever its connection is at.
     */
    void executing(@Nullable Statement statement) {
        Thread underway;
        lock.lock();
        try {
            executing = statement;
            underway = cancelling;
            cancelling = null;
        } finally {
            lock.unlock();
        }
        if (underway != null) {
            awaitEnd(underway);
        }
    }

    private static void awaitEnd(Thread underway) {
        long end = System.nanoTime() + UNTIL_CANCELLED;
        boolean interrupted = false;
        for (long left = UNTIL_CANCELLED; underway.isAlive() && left > 0; left = end - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(underway, left);
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** A crash was counted ahead for it. */
    void suspected() {
        suspected = true;
    }

    boolean isSuspected() {
        return suspected;
    }

    /** Its job has steps. */
    void stepped() {
        stepped = true;
    }

    boolean hasSteps() {
        return stepped;
    }

    /** Its job was cancelled: its run ends soon, or does not begin. */
    void cancel() {
        cancelled = true;
        interrupt(Interruption.CANCELLED);
    }

    boolean cancelled() {
        return cancelled || job.cancelled();
    }

    void interrupt(Interruption why) {
        lock.lock();
        try {
            if (runner != null && interruption == null) {
                interruption = why;
                runner.interrupt();
                Statement statement = executing;
                if (statement != null) {
                    cancelling = cancelsApart(statement);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** It takes a connection of its own to the server, for which nobody here may wait. Null where there is no thread for it: the statement goes on. */
    private @Nullable Thread cancelsApart(Statement statement) {
        Thread thread = new Thread(() -> cancel(statement), "headroom-cancel-" + job.id());
        thread.setDaemon(true);
        try {
            thread.start();
            return thread;
        } catch (RuntimeException | Error none) {
            LogLimit.quietly(() -> log.warn(
                    "the statement of job {} of {} goes on though its time is over", job.id(), job.kind(), none));
            return null;
        }
    }

    private static void cancel(Statement statement) {
        try {
            statement.cancel();
        } catch (SQLException | RuntimeException failed) {
            log.debug("a statement of a job whose time is over could not be cancelled", failed);
        }
    }

    void interruptIfOverdue(long now) {
        lock.lock();
        try {
            if (runner != null && endsAt != Long.MAX_VALUE && now - endsAt >= 0) {
                interrupt(Interruption.TIMEOUT);
            }
        } finally {
            lock.unlock();
        }
    }
}
