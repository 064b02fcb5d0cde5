package dev.headroom.queue.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Ends another thread's pause; a signal given while nobody pauses ends the next pause at once. Thread-safe. */
final class Wakeup {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition given = lock.newCondition();
    private volatile boolean signalled;
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
        Runnable told = instead;
        if (told != null) {
            told.run();
            return;
        }
        if (signalled) {
            // Whoever takes that signal looks for work after it did.
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

    /** Whether a signal was given that no pause has taken yet. */
    boolean signalled() {
        return signalled;
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
