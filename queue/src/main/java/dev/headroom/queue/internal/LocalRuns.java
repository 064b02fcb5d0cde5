package dev.headroom.queue.internal;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Leads between handles and what this process runs, if it runs jobs at all. Thread-safe. */
final class LocalRuns {
    private final Map<Long, CountDownLatch> awaited = new ConcurrentHashMap<>();
    private final Runnable wake;
    private volatile Consumer<Collection<Long>> cancel = ids -> {};

    /** @param wake called when jobs became ready with what a handle did */
    LocalRuns(Runnable wake) {
        this.wake = wake;
    }

    /** Jobs became ready. */
    void released() {
        wake.run();
    }

    /** This node runs the process's jobs from now on. */
    void ranBy(Node node) {
        cancel = node::cancelled;
    }

    /** A job was marked as cancelled. */
    void cancelled(long id) {
        cancelled(Set.of(id));
    }

    /** Jobs were marked as cancelled. */
    void cancelled(Collection<Long> ids) {
        cancel.accept(ids);
    }

    /** The outcome of this job is in the database. */
    void settled(long id) {
        CountDownLatch latch = awaited.get(id);
        if (latch != null) {
            latch.countDown();
        }
    }

    /** A latch that opens when this process has settled the job; to be forgotten. */
    CountDownLatch awaiting(long id) {
        return awaited.computeIfAbsent(id, unknown -> new CountDownLatch(1));
    }

    /** Who waits for that latch longest loses nothing but a hint. */
    void forget(long id, CountDownLatch latch) {
        awaited.remove(id, latch);
    }
}
