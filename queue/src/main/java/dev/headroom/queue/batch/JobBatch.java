package dev.headroom.queue.batch;

import java.time.Duration;
import java.util.Optional;

/**
 * A batch that was enqueued. Thread-safe.
 *
 * <pre>{@code
 * JobBatch batch = queue.in(connection).batch(jobs -> {
 *     BatchStep fetched = jobs.add(Imports::fetch, source);
 *     jobs.add(Imports::join, source).after(fetched);
 * });
 * connection.commit();
 * double share = batch.progress().map(BatchProgress::share).orElse(1.0);
 * }</pre>
 */
public interface JobBatch {
    /** The batch's number, unique in this database. */
    long id();

    /**
     * How far it is; empty before the transaction that enqueued it has committed, after it was rolled back, and when its end was longer ago
     * than {@link dev.headroom.queue.JobQueueBuilder#keepResults} says.
     *
     * @throws dev.headroom.queue.QueueException if the database can't be asked
     */
    Optional<BatchProgress> progress();

    /**
     * Waits until all its jobs have ended; looks at pauses of 5 to 250 ms.
     *
     * @return how it ended; empty if it had not by then, and at once if there is no such batch: forgotten, or not committed yet
     * @throws dev.headroom.config.ConfigurationException if the time is null, negative or longer than 36500 days
     * @throws InterruptedException if the thread is interrupted meanwhile
     * @throws dev.headroom.queue.QueueException if the database can't be asked
     */
    Optional<BatchProgress> await(Duration within) throws InterruptedException;

    /**
     * Cancels all its jobs that have not ended, as {@link dev.headroom.queue.JobHandle#cancel} does; returns how many. The one that runs
     * at the end runs, as it does however the others end.
     *
     * @throws dev.headroom.queue.QueueException if the database can't be asked
     */
    int cancel();
}
