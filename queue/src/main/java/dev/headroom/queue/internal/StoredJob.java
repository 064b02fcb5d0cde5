package dev.headroom.queue.internal;

import dev.headroom.queue.JobHandle;
import dev.headroom.queue.JobState;
import java.util.Optional;

/** A handle that asks the database. */
record StoredJob(Store store, long id, String name) implements JobHandle {
    @Override
    public Optional<JobState> state() {
        return store.call("ask for a job's state", connection -> store.jobs.state(connection, id));
    }

    @Override
    public String toString() {
        return "Job[" + name + " " + id + "]";
    }
}
