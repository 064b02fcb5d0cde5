package dev.headroom.queue;

import java.time.Duration;
import java.util.Optional;

/**
 * A job that was enqueued. Thread-safe; every call but {@link #id} and {@link #name} asks the database, on a connection of the queue's own.
 *
 * <pre>{@code
 * JobHandle job = queue.enqueue(Orders::render, order);     // committed before anybody waits for it
 * Optional<Page> page = job.await(Duration.ofSeconds(30)).flatMap(result -> result.value(Page.class));
 * queue.job(job.id()).ifPresent(JobHandle::cancel);         // in any process, by its number
 * }</pre>
 */
public interface JobHandle {
    /** The job's number, unique in this database. */
    long id();

    /** The kind's stable name. */
    String name();

    /**
     * Where it stands now, asked of the database on a connection of the queue's own; empty when it is done or cancelled ({@link #result()}
     * tells of a tracked one), and before the transaction that enqueued it has committed or after it was rolled back.
     *
     * @throws QueueException if the database can't be asked
     */
    Optional<JobState> state();

    /**
     * How far it is, as its handler last said; empty if it said nothing or its kind is not {@linkplain Job#track() tracked}.
     *
     * @throws QueueException if the database can't be asked
     */
    Optional<JobProgress> progress();

    /**
     * How it ended; empty if it has not, if that was longer ago than {@link JobQueueBuilder#keepResults} says, or if its kind is not
     * {@linkplain Job#track() tracked} where it ran.
     *
     * @throws QueueException if the database can't be asked
     */
    Optional<JobResult> result();

    /**
     * Waits until it has ended. The thread is told at once when it ends in this process, and looks at pauses of 5 to 250 ms otherwise. The
     * transaction that enqueued it must have been committed. It need not be tracked in this process: what counts is
     * the process that runs it.
     *
     * @return how it ended; empty if it had not by then, and at once if there is no such job and no result of it
     * @throws dev.headroom.config.ConfigurationException if the time is null, negative or longer than 36500 days
     * @throws InterruptedException if the thread is interrupted meanwhile
     * @throws QueueException if the database can't be asked
     */
    Optional<JobResult> await(Duration within) throws InterruptedException;

    /**
     * Cancels it. A job that waits is gone at once. One that runs is asked to end: within a third of the lease, and at once when it runs in this
     * process, {@link JobContext#cancelled()} is true and its thread is interrupted; when it then throws, it is not tried again and is no
     * dead letter. One that goes on to its end is done. A transaction of its own.
     *
     * @return whether it waited or ran; false for one that has ended, is a dead letter, or has not been committed
     * @throws QueueException if the database can't be asked
     */
    boolean cancel();
}
