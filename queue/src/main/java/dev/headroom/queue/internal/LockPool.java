package dev.headroom.queue.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of a queue whose jobs are locked by the transactions that run them. One worker at a time looks for a job; who has found one
 * lets the next look and runs it. While there is none, one look is paused for and the others wait behind it. Thread-safe.
 */
final class LockPool {
    private static final Logger log = LoggerFactory.getLogger(LockPool.class);
    private static final long SHORTEST_PAUSE = 20;
    private static final long PAUSE_AFTER_FAILURE = 250;
    private static final long TURN_MILLIS = 250;

    final Share share;
    final String queue;
    final int workers;
    final Wakeup wakeup = new Wakeup();
    private final long longestPause;
    private final Work work;
    private final Predicate<Share> open;
    private final LogLimit limit = new LogLimit();
    private final Semaphore turn = new Semaphore(1);
    private final Set<Assignment> running = ConcurrentHashMap.newKeySet();
    private final AtomicInteger busy = new AtomicInteger();
    private volatile boolean stopped;
    private volatile long pause = SHORTEST_PAUSE;

    /** Looks for jobs and runs them. */
    @FunctionalInterface
    interface Work {
        /** Returns whether there was one; {@code found} is called before any is run. */
        boolean next(LockPool pool, Runnable found) throws Exception;
    }

    /** @param open whether jobs of the queue may begin now */
    LockPool(Share share, int workers, long longestPause, Work work, Predicate<Share> open) {
        this.share = share;
        this.queue = share.queue;
        this.workers = workers;
        this.longestPause = longestPause;
        this.work = work;
        this.open = open;
    }

    void start(ThreadFactory factory) {
        for (int i = 0; i < workers; i++) {
            factory.newThread(this::run).start();
        }
    }

    private void run() {
        while (!stopped) {
            try {
                if (turn.tryAcquire(TURN_MILLIS, TimeUnit.MILLISECONDS)) {
                    look();
                }
            } catch (InterruptedException stray) {
                // Nobody interrupts an idle worker but a handler's leftovers; stopping is seen by the flag.
                continue;
            }
        }
    }

    private void look() throws InterruptedException {
        Turn mine = new Turn();
        try {
            if (!stopped && !(open.test(share) && work.next(this, mine::pass)) && wakeup.pause(pauseMillis())) {
                pause = SHORTEST_PAUSE;
            }
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception | Error failed) {
            limit.quietly(kept ->
                    log.warn("{}: could not take a job up, tries again ({} messages kept back)", queue, kept, failed));
            wakeup.pause(PAUSE_AFTER_FAILURE);
        } finally {
            mine.pass();
        }
    }

    private long pauseMillis() {
        long wanted = pause;
        pause = Math.min(longestPause, wanted * 2);
        return wanted;
    }

    /** The right to look, passed on once. */
    private final class Turn {
        private boolean passed;

        void pass() {
            if (!passed) {
                passed = true;
                turn.release();
            }
        }
    }

    /** A worker has taken jobs up. */
    void enter() {
        pause = SHORTEST_PAUSE;
        busy.incrementAndGet();
    }

    /** What it had taken up is written, or where it was. */
    void leave() {
        busy.decrementAndGet();
    }

    void begin(Assignment assignment) {
        running.add(assignment);
    }

    void end(Assignment assignment) {
        running.remove(assignment);
    }

    /** What runs now. */
    Set<Assignment> running() {
        return Set.copyOf(running);
    }

    int busy() {
        return busy.get();
    }

    /** Whether a worker has nothing to run. */
    boolean hasRoom() {
        return busy.get() < workers && open.test(share);
    }

    /** Whether another job may begin now. */
    boolean mayBegin() {
        return !stopped && open.test(share);
    }

    /** Lets the workers end once what they run has. */
    void stop() {
        stopped = true;
        wakeup.signal();
    }
}
