package dev.headroom.queue.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Ends another thread's pause; a signal given while nobody pauses ends the next pause at once, or soon. Thread-safe. */
final class Wakeup {
    private static final long SOON_MILLIS = 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private volatile boolean signalled;
    private volatile boolean soon;
    private volatile @Nullable Runnable instead;
    private final List<Wakeup> followers = new CopyOnWriteArrayList<>();

    /** Has signals run this on the signalling thread, as there is none that pauses; null for the usual. */
    void instead(@Nullable Runnable told) {
        instead = told;
    }

    /** Signals go to this one, too. */
    void also(Wakeup follower) {
        followers.add(follower);
    }

    void notAlso(Wakeup follower) {
        followers.remove(follower);
    }

    /** Signals to those alone that get this one's signals, too. */
    void passOn() {
        followers.forEach(Wakeup::signal);
    }

    void signal() {
        passOn();
        signalAlone();
    }

    /** Signals to this one alone. */
    void signalAlone() {
        Runnable told = instead;
        if (told != null) {
            told.run();
            return;
        }
        if (signalled) {
            // Whoever clears it looks afterwards.
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

    /** There may be something to do in a moment, which nobody will tell of: a pause ends after {@value #SOON_MILLIS} ms at the latest. */
    void soon() {
        followers.forEach(Wakeup::soon);
        soonAlone();
    }

    /** The same of this one alone. */
    void soonAlone() {
        Runnable told = instead;
        if (told != null) {
            told.run();
            return;
        }
        if (soon || signalled) {
            return;
        }
        lock.lock();
        try {
            soon = true;
            given.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether the next pause ends at once: whoever takes the signal looks for work after it did. */
    boolean isSignalled() {
        return signalled;
    }

    /** Whether the next pause ends at once or soon. */
    boolean isGiven() {
        return signalled || soon;
    }

    /** Pauses; returns whether a signal ended it. */
    boolean pause(long millis) throws InterruptedException {
        long left = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lockInterruptibly();
        try {
            boolean hurried = false;
            while (!signalled && left > 0) {
                if (soon && !hurried) {
                    hurried = true;
                    left = Math.min(left, TimeUnit.MILLISECONDS.toNanos(SOON_MILLIS));
                }
                left = given.awaitNanos(left);
            }
            boolean woken = signalled || hurried;
            signalled = false;
            soon &= !hurried;
            return woken;
        } finally {
            lock.unlock();
        }
    }
}
