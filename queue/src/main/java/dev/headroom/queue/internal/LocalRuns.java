package dev.headroom.queue.internal;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** Leads between handles and what this process runs, if it runs jobs at all. Thread-safe. */
final class LocalRuns {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile Consumer<Collection<Long>> cancel = ids -> {};
    private long settled;

    /** This node runs the process's jobs from now on. */
    void ranBy(Node node) {
        cancel = node::cancelled;
    }

    /** A job was marked as cancelled. */
    void cancelled(long id) {
        cancel.accept(Set.of(id));
    }

    /** Outcomes of jobs are in the database. */
    void settle() {
        lock.lock();
        try {
            settled++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How often outcomes were written so far. */
    long settled() {
        lock.lock();
        try {
            return settled;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until outcomes were written since that count was read, at most so long. */
    void awaitAfter(long seen, long millis) throws InterruptedException {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (settled == seen && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }
}
