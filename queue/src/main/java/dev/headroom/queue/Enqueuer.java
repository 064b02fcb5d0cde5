package dev.headroom.queue;

import dev.headroom.queue.batch.BatchBuilder;
import dev.headroom.queue.batch.JobBatch;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Consumer;

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

    /** Enqueues one job at most of this key: see {@link Unique}. Keeps one that is there until it is done. */
    default Enqueuer unique(String key) {
        return unique(Unique.of(key));
    }

    /**
     * Enqueues one job at most of this key. The handle that {@code enqueue} returns is that of the job that is there. A waiting job that is
     * kept starts no earlier than the caller's transaction ends, so it sees what that wrote (on H2 it may start earlier). Of one that has been ready
     * for 5 s and that another transaction has locked a second one is enqueued instead: transactions that overlap would keep it waiting for ever.
     */
    Enqueuer unique(Unique unique);

    /**
     * Enqueues a job without payload.
     *
     * @throws IllegalArgumentException if the method is not a plain reference to a method with {@link Job}
     * @throws QueueException if the database refuses it; a transaction of the caller's is then the caller's to roll back
     */
    <T> JobHandle enqueue(JobMethod.Plain<T> method);

    /** Enqueues a job without payload; otherwise as {@link #enqueue(JobMethod.Plain)}. */
    <T> JobHandle enqueue(JobMethod.WithContext<T> method);

    /** Enqueues a job; throws as {@link #enqueue(JobMethod.Plain)} does, and for a payload that has no JSON or too much of it. */
    <T, P> JobHandle enqueue(JobMethod.WithPayload<T, P> method, P payload);

    /** Enqueues a job; otherwise as {@link #enqueue(JobMethod.WithPayload, Object)}. */
    <T, P> JobHandle enqueue(JobMethod.WithBoth<T, P> method, P payload);

    /**
     * Enqueues a job of a registered kind by its name.
     *
     * @throws IllegalArgumentException if no kind of that name is registered, or it takes another payload
     */
    JobHandle enqueue(String name, Object payload);

    /** Enqueues one job for each payload, in one batch; all in the same transaction. */
    <T, P> void enqueueAll(JobMethod.WithPayload<T, P> method, Collection<? extends P> payloads);

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
     * @throws dev.headroom.config.ConfigurationException if this enqueuer has a unique key, or there is no job
     */
    JobBatch batch(Consumer<BatchBuilder> jobs);

    /** Enqueues one job for each payload, in one batch; all in the same transaction. */
    <T, P> void enqueueAll(JobMethod.WithBoth<T, P> method, Collection<? extends P> payloads);
}
