package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.queue.batch.BatchProgress;
import dev.headroom.queue.batch.JobBatch;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongFunction;

/** A batch's handle that asks the database. */
record StoredBatch(Store store, LongFunction<StoredJob> handles, long id) implements JobBatch {
    private static final long SHORTEST_PAUSE = 5;
    private static final long LONGEST_PAUSE = 250;

    @Override
    public Optional<BatchProgress> progress() {
        return store.call("ask for a batch's progress", connection -> store.batches.progress(connection, id));
    }

    @Override
    public Optional<BatchProgress> await(Duration within) throws InterruptedException {
        long nanos = Checks.notNegative("within", within).toNanos();
        long begun = System.nanoTime();
        long pause = SHORTEST_PAUSE;
        while (true) {
            Optional<BatchProgress> progress = progress().filter(BatchProgress::ended);
            long left = nanos - (System.nanoTime() - begun);
            if (progress.isPresent() || left <= 0) {
                return progress;
            }
            Thread.sleep(Math.min(pause, left / 1_000_000 + 1));
            pause = Math.min(LONGEST_PAUSE, pause * 2);
        }
    }

    @Override
    public int cancel() {
        int cancelled = 0;
        for (long job : store.call("ask for a batch's jobs", connection -> store.batches.jobs(connection, id))) {
            cancelled += handles.apply(job).cancel() ? 1 : 0;
        }
        return cancelled;
    }

    @Override
    public String toString() {
        return "JobBatch[" + id + "]";
    }
}
