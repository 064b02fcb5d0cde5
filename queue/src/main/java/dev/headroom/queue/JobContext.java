package dev.headroom.queue;

import dev.headroom.queue.batch.BatchProgress;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * What a handler may know of the job that it runs. Valid while the handler runs, on its thread.
 *
 * <p>Trace id and user of whoever enqueued the job are in the {@link dev.headroom.RequestContext} (and so in the log lines).
 */
public interface JobContext {
    /** A part of the work that gives nothing. */
    @FunctionalInterface
    interface Action {
        /** Does it. */
        void run() throws Exception;
    }

    /** The job's number, unique in this database. */
    long id();

    /** The kind's stable name. */
    String name();

    /** Which run this is, from 1; runs that a crash ended count, those that a {@link SnoozeException} ended don't. */
    int attempt();

    /** How many attempts there are before the job is a dead letter: {@link Job#attempts}, as it was when the job was enqueued. */
    int maxAttempts();

    /**
     * The same for every run of this job and for no other job, not even for one that has its number after a failover that lost it, or in a
     * database restored from a backup: to recognise what was done already.
     */
    String idempotencyKey();

    /**
     * Whether this process wants to stop: a long job may go on to its end within the {@linkplain JobQueueBuilder#shutdownGrace grace}, or end early by a {@link
     * SnoozeException}. Any other exception is a failure of the run, and an attempt. What is interrupted when the grace is over counts as none.
     */
    boolean stopping();

    /** Whether it was {@linkplain JobHandle#cancel() cancelled}: it should end early by throwing; its effects so far are its own to undo. */
    boolean cancelled();

    /**
     * Does a part of the work, once: what it gave is kept, and a later run of the same job, after a failure or a crash, gets that and does not
     * do it again. A part that was under way when the process died is done again. Kept in a transaction of its own, also in a {@link
     * Tx#COMPLETE_IN_TX} job whose transaction is rolled back later: what is to be undone with that belongs outside of steps. Forgotten when
     * the job ends well; a dead letter that is requeued goes on after its steps. It takes a connection of the {@linkplain
     * JobQueueBuilder#bookkeeping bookkeeping} pool beside the one that a job's transaction holds, before the work and after it.
     *
     * <pre>{@code
     * Receipt receipt = job.step("charge", Receipt.class, () -> bank.charge(order));
     * job.step("ship", () -> warehouse.ship(order, receipt));
     * }</pre>
     *
     * @param name unique within the job, at most 190 characters; the name of a step that this run has done already is refused
     * @param type what it gives: anything with JSON, not null
     * @throws Exception what the work throws; the step is not done then
     * @throws dev.headroom.config.ConfigurationException if the name is null, blank, too long or another step's of this run, or what the
     *     work gave is null
     * @throws IllegalStateException if the lease was lost meanwhile: another process runs the job; or if its kind is {@link Tx#LOCK_IN_TX}
     * @throws dev.headroom.codec.CodecException if the result has no JSON, or can't be read as this type
     * @throws QueueException if the database can't be asked
     */
    <T> T step(String name, Class<T> type, Callable<T> work) throws Exception;

    /** Does a part of the work that gives nothing, once; see {@link #step(String, Class, Callable)}. */
    void step(String name, Action work) throws Exception;

    /**
     * How far its batch is, itself not counted; empty if it is in none. A query on a connection of the {@linkplain
     * JobQueueBuilder#bookkeeping bookkeeping} pool, beside the one that a job's transaction holds.
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
     * @throws dev.headroom.config.ConfigurationException if the share is not in 0 to 1, or the note is null or too long
     * @throws IllegalStateException if the kind is not {@linkplain Job#track() tracked}, or is {@link Tx#LOCK_IN_TX}
     * @throws QueueException if the database refuses it
     */
    void progress(double share, String note);

    /**
     * The queue that runs the job, in tests also a {@link dev.headroom.queue.testing.ManualQueue}'s: so handlers, which are there before it, need not be
     * given it to enqueue. What is enqueued by it in the job's transaction, if the kind's {@link Job#tx} has one, belongs to that, and exists exactly if the job is
     * done; with {@link Tx#NONE} it has a transaction of its own, as anywhere, and exists whatever becomes of the job.
     *
     * <pre>{@code
     * @Job(name = "album.publish", tx = Tx.COMPLETE_IN_TX)
     * public void publish(Album album, JobContext job) {
     *     job.jobQueue().enqueueAll(Albums::notify, album.followers());
     * }
     * }</pre>
     */
    JobQueue jobQueue();

    /**
     * The connection of the job's transaction. The queue commits it together with the job's completion, or rolls it back; closing it
     * does nothing, committing it is refused.
     *
     * @throws IllegalStateException if the kind's {@link Job#tx} is {@link Tx#NONE}
     */
    Connection connection();
}
