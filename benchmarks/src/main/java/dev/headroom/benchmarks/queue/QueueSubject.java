package dev.headroom.benchmarks.queue;

import java.sql.Connection;
import java.util.List;

/** A job queue under comparison, as one JVM has it; each of its jobs gives its number to {@link Work}. */
interface QueueSubject extends AutoCloseable {
    /** Enqueues jobs in the quickest way it has, in one transaction. */
    void enqueueAll(List<Long> numbers) throws Exception;

    /** Enqueues one job, committed when it returns. */
    void enqueue(long number) throws Exception;

    /** Enqueues one job in the transaction of a connection. */
    default void enqueue(Connection connection, long number) throws Exception {
        throw new UnsupportedOperationException("no enqueue in a transaction of the caller's connection");
    }

    /** Starts the workers. */
    void start() throws Exception;

    /** What counts its jobs that are not done, as a query. */
    String remaining();

    /** Milliseconds of its claims since the last time it was asked; empty where it does not say. */
    default List<Double> claimMillis() {
        return List.of();
    }

    @Override
    void close();
}
