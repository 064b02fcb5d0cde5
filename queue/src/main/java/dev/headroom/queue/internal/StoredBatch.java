package dev.headroom.queue.internal;

import dev.headroom.queue.JobResult;
import dev.headroom.queue.batch.BatchProgress;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.queue.internal.sql.Cancellations;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A batch's handle that asks the database. */
record StoredBatch(Store store, LocalRuns runs, long id) implements JobBatch {
    private static final long SHORTEST_PAUSE = 5;
    private static final long LONGEST_PAUSE = 250;

    @Override
    public Optional<BatchProgress> progress() {
        return store.call("ask for a batch's progress", connection -> store.batches.progress(connection, id));
    }

    @Override
    public Optional<BatchProgress> await(Duration within) throws InterruptedException {
        long nanos = Spans.notNegative("within", within).toNanos();
        long begun = System.nanoTime();
        long pause = SHORTEST_PAUSE;
        while (true) {
            Optional<BatchProgress> known = progress();
            Optional<BatchProgress> progress = known.filter(BatchProgress::ended);
            long left = nanos - (System.nanoTime() - begun);
            if (known.isEmpty() || progress.isPresent() || left <= 0) {
                return progress;
            }
            Thread.sleep(Math.min(pause, left / 1_000_000 + 1));
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
    }

    @Override
    public int cancel() {
        AtomicBoolean released = new AtomicBoolean();
        AtomicInteger here = new AtomicInteger();
        Cancellations.Cancelled cancelled =
                store.call("cancel a batch", connection -> cancel(connection, released, here));
        runs.cancelled(cancelled.running());
        if (released.get()) {
            runs.released();
        }
        return cancelled.waiting().size() + cancelled.running().size() + here.get();
    }

    private Cancellations.Cancelled cancel(Connection connection, AtomicBoolean released, AtomicInteger here)
            throws SQLException {
        here.set(0);
        List<Long> others = new ArrayList<>();
        for (long job : store.batches.jobs(connection, id)) {
            Boolean mine = LockBatch.cancel(job);
            if (mine == null) {
                others.add(job);
            } else if (mine) {
                here.incrementAndGet();
            }
        }
        Cancellations.Cancelled cancelled = store.cancellations.cancel(connection, others);
        store.results.cancelled(connection, cancelled.waiting());
        Map<Long, JobResult.End> ends = new TreeMap<>();
        cancelled.waiting().forEach(job -> ends.put(job, JobResult.End.CANCELLED));
        released.set(store.batches.ended(connection, ends));
        return cancelled;
    }

    @Override
    public String toString() {
        return "JobBatch[" + id + "]";
    }
}
