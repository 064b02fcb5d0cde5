package dev.headroom.queue;

import dev.headroom.queue.batch.BatchBuilder;
import dev.headroom.queue.batch.JobBatch;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes jobs. Each option gives a new enqueuer and leaves this one as it was; an enqueuer that holds a connection is to be used by that
 * connection's thread, any other is thread-safe.
 *
 * <p>A job belongs to the transaction of the connection that is {@linkplain #in given}, else to the thread's transaction if there is one
 * that the queue knows, else to one of its own. It exists when that transaction commits, and never if it is rolled back. A borrowed
 * connection is neither committed nor closed.
 *
 * <pre>{@code
 * queue.in(connection).delay(Duration.ofMinutes(5)).enqueue(Images::thumb, new ThumbRequest(42));
 * }</pre>
 */
public interface Enqueuer {
    /** Enqueues in this connection's transaction; in auto-commit mode the job exists at once. */
    Enqueuer in(Connection connection);

    /**
     * Runs it no earlier than so long after now, by the database's clock; of a {@linkplain #batch batch} those jobs that wait for no other.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, negative or longer than 36500 days
     */
    Enqueuer delay(Duration delay);

    /**
     * Runs it no earlier than then, by the database's clock: one of the past, or of a moment ago, makes it ready within moments. Takes the place of a {@link #delay}, and the other way
     * round; otherwise the same. Costs a round trip.
     *
     * <pre>{@code
     * queue.in(connection).at(trialEnds).enqueue(Mails::trialEnded, account);
     * }</pre>
     *
     * @throws dev.headroom.config.ConfigurationException if it is not before the year 10000
     */
    Enqueuer at(Instant instant);

    /**
     * From 0 (first) to 9 (last), instead of the kind's own.
     *
     * @throws dev.headroom.config.ConfigurationException if it is out of range
     */
    Enqueuer priority(int priority);

    /**
     * Enqueues one job at most of this key: see {@link Unique}. Keeps one that is there until it is done.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, blank or longer than 190 characters
     */
    default Enqueuer unique(String key) {
        return unique(Unique.of(key));
    }

    /**
     * Enqueues one job at most of this key. The handle that {@code enqueue} returns is that of the job that is there. A waiting job that is
     * kept starts no earlier than the caller's transaction ends, so it sees what that wrote (on H2 it may start earlier). Of one that has been ready
     * for 5 s and that another transaction has locked a second one is enqueued instead: transactions that overlap would keep it waiting for ever.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null
     */
    Enqueuer unique(Unique unique);

    /**
     * Enqueues a job without payload.
     *
     * @throws IllegalArgumentException if the method is not a plain reference to a method with {@link Job}; if the payload is not one of
     *     its kind, or has more than {@link JobQueueBuilder#maxPayload} characters
     * @throws dev.headroom.config.ConfigurationException if the method is null, or its annotations can't take effect; if the key of its
     *     {@link Limit} has more than 190 characters; if a {@link Unique} key is to be free at the start of a job with
     *     {@link Tx#LOCK_IN_TX}
     * @throws dev.headroom.codec.CodecException if the payload has no JSON, or can't be read again
     * @throws DuplicateJobException if another job has the {@link Unique} key and that says so; a transaction of the caller's goes on
     * @throws IllegalStateException if middleware neither proceeds nor throws, or the thread's transaction takes nothing more
     * @throws QueueException if the database refuses it; a transaction of the caller's is then the caller's to roll back
     */
    <T> JobHandle enqueue(JobMethod.Plain<T> method);

    /** Enqueues a job without payload; otherwise as {@link #enqueue(JobMethod.Plain)}. */
    <T> JobHandle enqueue(JobMethod.WithContext<T> method);

    /** Enqueues a job; otherwise as {@link #enqueue(JobMethod.Plain)}. The first payload of its kind and class in this process is read again, as a worker will. */
    <T, P> JobHandle enqueue(JobMethod.WithPayload<T, P> method, P payload);

    /** Enqueues a job; otherwise as {@link #enqueue(JobMethod.WithPayload, Object)}. */
    <T, P> JobHandle enqueue(JobMethod.WithBoth<T, P> method, P payload);

    /**
     * Enqueues a job of a registered kind by its name; otherwise as {@link #enqueue(JobMethod.Plain)}.
     *
     * @param payload null for a kind that takes none
     * @throws IllegalArgumentException also if no kind of that name is registered
     */
    JobHandle enqueue(String name, @Nullable Object payload);

    /**
     * Enqueues one job for each payload, all in the same transaction, by few statements; none if one of them is refused. There are no handles: who
     * wants to know of them enqueues a {@link #batch batch}. Otherwise as {@link #enqueue(JobMethod.Plain)}.
     *
     * @throws dev.headroom.config.ConfigurationException also if there are no payloads, one is null, or this enqueuer has a unique key
     */
    <T, P> void enqueueAll(JobMethod.WithPayload<T, P> method, Collection<? extends P> payloads);

    /** Enqueues one job for each payload; otherwise as {@link #enqueueAll(JobMethod.WithPayload, Collection)}. */
    <T, P> void enqueueAll(JobMethod.WithBoth<T, P> method, Collection<? extends P> payloads);

    /**
     * Enqueues jobs that belong together, in one transaction: they may wait for one another, their ends are counted, and a job may run at
     * the end of all. A {@link #delay} holds for those that wait for no other.
     *
     * <pre>{@code
     * JobBatch batch = queue.in(connection).batch(jobs -> {
     *     BatchStep fetched = jobs.add(Imports::fetch, source);
     *     jobs.add(Imports::store, source).after(fetched);
     *     jobs.onEnd(Imports::report, source);
     * });
     * }</pre>
     *
     * @throws dev.headroom.config.ConfigurationException if this enqueuer has a unique key, or there is no job; otherwise as
     *     {@link #enqueue(JobMethod.Plain)}
     */
    JobBatch batch(Consumer<BatchBuilder> jobs);
}
