package dev.headroom.queue.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Ends another thread's pause; a signal given while nobody pauses ends the next pause at once. Thread-safe. */
final class Wakeup {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private boolean signalled;
    private volatile @Nullable Runnable instead;

    /** Has signals run this on the signalling thread, as there is none that pauses; null for the usual. */
    void instead(@Nullable Runnable told) {
        instead = told;
    }

    void signal() {
        Runnable told = instead;
        if (told != null) {
            told.run();
            return;
        }
        lock.lock();
        try {
            signalled = true;
            given.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Pauses; returns whether a signal ended it. */
    boolean pause(long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lockInterruptibly();
        try {
            while (!signalled && left > 0) {
                left = given.awaitNanos(left);
            }
            boolean woken = signalled;
            signalled = false;
            return woken;
        } finally {
            lock.unlock();
        }
    }
}
