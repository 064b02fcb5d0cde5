package dev.headroom.queue;

import java.util.Optional;

/** A job that was enqueued. Thread-safe. */
public interface JobHandle {
    /** The job's number, unique in this database. */
    long id();

    /** The kind's stable name. */
    String name();

    /**
     * Where it stands now, asked of the database on a connection of the queue's own; empty when it is done, and before the transaction
     * that enqueued it has committed or after it was rolled back.
     *
     * @throws QueueException if the database can't be asked
     */
    Optional<JobState> state();
}
