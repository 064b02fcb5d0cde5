package dev.headroom.queue;

import dev.headroom.Component;
import dev.headroom.background.Background;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.queue.scale.ScaleAdvice;
import dev.headroom.queue.scale.ScalePolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * A job queue on the application's own database: jobs are enqueued in the caller's transaction and run by workers in this process and
 * in others on the same database.
 *
 * <p>What committed runs at least once; with {@link Tx#COMPLETE_IN_TX} and {@link Tx#LOCK_IN_TX} its effects on the database happen
 * exactly once. A job whose process is killed runs again when the process's lease has run out, with {@code LOCK_IN_TX} when the
 * database has noticed. All time is the database's. While the database is away enqueuing fails, workers wait and try again; nothing that committed is lost.
 *
 * <p>Enqueues as soon as it is built, and after it is closed, for other processes; works once {@link #start() started}, which {@code Headroom}
 * does. Gives {@link Background} to the other components. Thread-safe.
 *
 * <p>The threads that it makes are daemons, which keep no process alive, and it sets no shutdown hook. A process that ends without {@link #close()}, by SIGTERM
 * too, has crashed as far as its jobs go: they wait for the lease, and {@linkplain JobQueueBuilder#maxCrashes so many times} make one a dead letter.
 *
 * <pre>{@code
 * JobQueue queue = JobQueue.builder(dataSource).handlers(new Images()).build();
 * queue.start();
 * queue.in(connection).enqueue(Images::thumb, new ThumbRequest(42));
 * }</pre>
 */
public interface JobQueue extends Enqueuer, Background, Component {
    /**
     * A builder for a queue on this database.
     *
     * @param dataSource leads to the node that takes writes, and gives connections that are in nobody's transaction: the queue commits them
     * @throws dev.headroom.config.ConfigurationException if it is null; if it is, or wraps, Spring's {@code TransactionAwareDataSourceProxy}, which lends
     *     the connection of the transaction that the thread is in
     */
    static JobQueueBuilder builder(DataSource dataSource) {
        return new JobQueueBuilder(dataSource);
    }

    /**
     * How much waits in the queue of this name; at most a second old, or twenty times as old as counting takes, 10 s at most: however much waits and however many ask,
     * counting costs the database a twentieth of a processor.
     *
     * @throws IllegalArgumentException if there is no queue of this name
     * @throws QueueException if the database can't be asked, or another caller has been at it for a second
     */
    QueueLength length(String queue);

    /**
     * How much waits in all queues together; as old as {@link #length(String)}.
     *
     * @throws QueueException as {@link #length(String)} does
     */
    QueueLength length();

    /**
     * How many jobs there are of those that the filter means; as old as {@link #length(String)}. Ready jobs count up to {@link QueueLength#COUNTED} in
     * each queue and priority; of the others the next due, the newest dead and any running ones up to that number in all queues together.
     *
     * @throws dev.headroom.config.ConfigurationException if there is no filter
     * @throws IllegalArgumentException if there is no queue of a name that it has
     * @throws QueueException if the database can't be asked, or another caller has been at it for a second
     */
    long count(JobFilter filter);

    /**
     * What the builder's {@link ScalePolicy} advises now, from what all servers together had to do in the last minute.
     *
     * @param launched how long ago each server was launched that is not at work yet
     * @throws dev.headroom.config.ConfigurationException if there is no list, or a time in it is null or negative
     * @throws QueueException as {@link #length(String)} does
     */
    ScaleAdvice scale(List<Duration> launched);

    /**
     * The job of this number, whoever enqueued it and wherever it ran: one that waits or runs, a dead letter, and one that has ended whose
     * {@linkplain JobHandle#result() result} is kept. Empty if there is none.
     *
     * @throws QueueException if the database can't be asked
     */
    Optional<JobHandle> job(long id);

    /**
     * Pauses a queue in the whole cluster until it is {@linkplain #resume resumed}, whatever is restarted meanwhile. Its jobs are enqueued and become due as
     * ever, {@link Every} included, and those that run go on to their end; none begins, what is to be tried again waits, and nothing is lost. This process
     * begins none once the call has returned but what a worker has in hand, every other one none after its next heartbeat, a third of the {@linkplain
     * JobQueueBuilder#lease lease}. What waits in it counts in {@link #length(String)} and in no load signal or {@linkplain #scale advice on servers}. A
     * transaction of its own.
     *
     * @return whether it was not paused before
     * @throws IllegalArgumentException if there is no queue of this name
     * @throws QueueException if the database can't be asked; whether the queue is paused then, {@link #paused()} tells
     */
    boolean pause(String queue);

    /**
     * Has a paused queue's jobs begin again: here at once, in every other process with its next heartbeat. A transaction of its own.
     *
     * @return whether it was paused
     * @throws IllegalArgumentException if there is no queue of this name
     * @throws QueueException if the database can't be asked; whether the queue is paused then, {@link #paused()} tells
     */
    boolean resume(String queue);

    /**
     * The queues that are {@linkplain #pause paused} in the whole cluster, and since when each is, by the database's clock. Asks the database.
     *
     * @throws QueueException if it can't be asked
     */
    Map<String, Instant> paused();

    /** The batch of this number, whoever enqueued it; its progress is empty if there is none. */
    JobBatch batch(long id);

    /** The jobs that were given up. */
    DeadLetters dead();

    /**
     * Tells the dispatcher, and other processes where they can be {@linkplain JobQueueBuilder#wakeOthers told}, that there may be work. Needed by nobody: what is enqueued by another process, or on a connection whose commit
     * the queue can't see, is found by polling; this finds it at once.
     */
    void wake();
}
