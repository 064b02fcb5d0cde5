package dev.headroom.queue.internal;

import dev.headroom.queue.JobHandle;
import dev.headroom.queue.JobState;
import dev.headroom.queue.internal.sql.Cancellations;
import java.util.Optional;

/** A handle that asks the database. */
record StoredJob(Store store, LocalRuns runs, long id, String name) implements JobHandle {
    @Override
    public Optional<JobState> state() {
        return store.call("ask for a job's state", connection -> store.jobs.state(connection, id));
    }

    @Override
    public boolean cancel() {
        Cancellations.Met met = store.call("cancel a job", connection -> store.cancellations.cancel(connection, id));
        if (met == Cancellations.Met.RUNNING) {
            runs.cancelled(id);
        }
        return met != Cancellations.Met.NOTHING;
    }

    @Override
    public String toString() {
        return "Job[" + name + " " + id + "]";
    }
}
