package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.queue.JobResult;
import dev.headroom.queue.batch.BatchProgress;
import dev.headroom.queue.batch.JobBatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

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

    private record Cancelled(int count, List<Long> running) {}

    @Override
    public int cancel() {
        Cancelled cancelled = store.call("cancel a batch", this::cancel);
        cancelled.running().forEach(runs::cancelled);
        return cancelled.count();
    }

    private Cancelled cancel(Connection connection) throws SQLException {
        Map<Long, JobResult.End> ends = new TreeMap<>();
        List<Long> running = new ArrayList<>();
        for (long job : store.batches.jobs(connection, id)) {
            switch (store.cancellations.cancel(connection, job)) {
                case WAITING -> {
                    store.results.end(connection, job, JobResult.End.CANCELLED, null);
                    ends.put(job, JobResult.End.CANCELLED);
                }
                case RUNNING -> running.add(job);
                case NOTHING -> {}
            }
        }
        store.batches.ended(connection, ends);
        return new Cancelled(ends.size() + running.size(), running);
    }

    @Override
    public String toString() {
        return "JobBatch[" + id + "]";
    }
}
