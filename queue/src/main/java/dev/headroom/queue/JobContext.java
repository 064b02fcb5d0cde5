package dev.headroom.queue;

import dev.headroom.queue.batch.BatchProgress;
import java.sql.Connection;
import java.util.Optional;

/**
 * What a handler may know of the job that it runs. Valid while the handler runs, on its thread.
 *
 * <p>Trace id and user of whoever enqueued the job are in the {@link dev.headroom.RequestContext} (and so in the log lines).
 */
public interface JobContext {
    /** The job's number, unique in this database. */
    long id();

    /** The kind's stable name. */
    String name();

    /** Which run this is, from 1; runs that a crash ended count. */
    int attempt();

    /** How many attempts there are before the job is a dead letter. */
    int attempts();

    /** The same for every run of this job and for no other job: to recognise what was done already. */
    String idempotencyKey();

    /** Whether this node wants to stop: a long job may end early by throwing, or go on to its end within the grace. */
    boolean stopping();

    /** Whether it was {@linkplain JobHandle#cancel() cancelled}: it should end early by throwing; its effects so far are its own to undo. */
    boolean cancelled();

    /**
     * How far its batch is, itself not counted; empty if it is in none. A query on a connection of the queue's own.
     *
     * @throws QueueException if the database can't be asked
     */
    Optional<BatchProgress> batch();

    /**
     * Says how far it is, for {@link JobHandle#progress()}. A transaction of its own: seen at once, also from within the job's transaction;
     * it takes a connection of the {@linkplain JobQueueBuilder#bookkeeping bookkeeping} pool beside the one that a job's transaction holds.
     *
     * @param share from 0 to 1
     * @param note at most 500 characters
     * @throws IllegalStateException if the kind is not {@linkplain Job#track() tracked}
     * @throws QueueException if the database refuses it
     */
    void progress(double share, String note);

    /**
     * The connection of the job's transaction. The queue commits it together with the job's completion, or rolls it back; closing it
     * does nothing, committing it is refused.
     *
     * @throws IllegalStateException if the kind is not {@link Tx#COMPLETE_IN_TX}
     */
    Connection connection();
}
