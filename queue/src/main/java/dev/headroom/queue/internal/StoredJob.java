package dev.headroom.queue.internal;

import dev.headroom.queue.JobHandle;
import dev.headroom.queue.JobProgress;
import dev.headroom.queue.JobResult;
import dev.headroom.queue.JobState;
import dev.headroom.queue.internal.sql.Cancellations;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A handle that asks the database. */
record StoredJob(Store store, LocalRuns runs, JsonPayloads payloads, long id, String name) implements JobHandle {
    private static final long SHORTEST_PAUSE = 5;
    private static final long LONGEST_PAUSE = 250;

    @Override
    public Optional<JobState> state() {
        return store.call("ask for a job's state", connection -> store.jobs.state(connection, id));
    }

    @Override
    public Optional<JobProgress> progress() {
        return store.call("ask for a job's progress", connection -> store.results.progress(connection, id));
    }

    @Override
    public Optional<JobResult> result() {
        return store.call("ask for a job's result", connection -> store.results.ended(connection, id))
                .map(ended -> new StoredResult(payloads, name, ended));
    }

    @Override
    public Optional<JobResult> await(Duration within) throws InterruptedException {
        long nanos = Spans.notNegative("within", within).toNanos();
        long begun = System.nanoTime();
        long pause = SHORTEST_PAUSE;
        CountDownLatch settled = runs.awaiting(id);
        try {
            while (true) {
                Optional<JobResult> result = result();
                long left = nanos - (System.nanoTime() - begun);
                if (result.isPresent() || left <= 0 || !isKnown()) {
                    return result;
                }
                if (settled.await(Math.min(pause, left / 1_000_000 + 1), TimeUnit.MILLISECONDS)) {
                    // Settled, but not ended: it runs again, or its retry does.
                    runs.forget(id, settled);
                    settled = runs.awaiting(id);
                }
                pause = Math.min(LONGEST_PAUSE, pause * 2);
            }
        } finally {
            runs.forget(id, settled);
        }
    }

    /** Whether it has not ended, or its result is kept. */
    private boolean isKnown() {
        return store.call(
                "ask for a job",
                connection -> store.jobs.state(connection, id).isPresent()
                        || store.results.kind(connection, id).isPresent());
    }

    @Override
    public boolean cancel() {
        Boolean here = LockBatch.cancel(id);
        if (here != null) {
            return here;
        }
        AtomicBoolean released = new AtomicBoolean();
        Cancellations.Met met = store.call("cancel a job", connection -> cancel(connection, released));
        if (met == Cancellations.Met.RUNNING) {
            runs.cancelled(id);
        }
        if (released.get()) {
            runs.released();
        }
        return met != Cancellations.Met.NOTHING;
    }

    private Cancellations.Met cancel(Connection connection, AtomicBoolean released) throws SQLException {
        Cancellations.Met met = store.cancellations.cancel(connection, id);
        if (met == Cancellations.Met.WAITING) {
            store.results.end(connection, id, JobResult.End.CANCELLED, null);
            released.set(store.batches.ended(connection, id, JobResult.End.CANCELLED));
        }
        return met;
    }

    @Override
    public String toString() {
        return "Job[" + name + " " + id + "]";
    }
}
