package dev.headroom.queue.batch;

import dev.headroom.queue.JobMethod;
import java.util.Collection;
import java.util.List;

/**
 * Collects the jobs of a batch; see {@link dev.headroom.queue.Enqueuer#batch}. Not thread-safe.
 *
 * <p>Priority and delay of the enqueuer hold for every job; the delay begins when the batch is enqueued, and jobs that wait for others have
 * none. Jobs of a batch have no unique key.
 */
public interface BatchBuilder {
    /** Adds a job without payload. */
    <T> BatchStep add(JobMethod.Plain<T> method);

    /** Adds a job without payload. */
    <T> BatchStep add(JobMethod.WithContext<T> method);

    /** Adds a job. */
    <T, P> BatchStep add(JobMethod.WithPayload<T, P> method, P payload);

    /** Adds a job. */
    <T, P> BatchStep add(JobMethod.WithBoth<T, P> method, P payload);

    /** Adds a job for each payload, which wait for nothing. */
    <T, P> List<BatchStep> addAll(JobMethod.WithPayload<T, P> method, Collection<? extends P> payloads);

    /** Adds a job for each payload, which wait for nothing. */
    <T, P> List<BatchStep> addAll(JobMethod.WithBoth<T, P> method, Collection<? extends P> payloads);

    /** Has each of these begin when the one before it is done. */
    default void chain(BatchStep... steps) {
        for (int i = 1; i < steps.length; i++) {
            steps[i].after(steps[i - 1]);
        }
    }

    /**
     * The job that runs once all others have ended, whether done, dead or cancelled; it finds their numbers in {@link
     * dev.headroom.queue.JobContext#batch}. Not counted itself.
     *
     * @throws IllegalStateException if there is one already
     */
    <T> BatchStep onEnd(JobMethod.Plain<T> method);

    /** The same for a job that looks at its context. */
    <T> BatchStep onEnd(JobMethod.WithContext<T> method);

    /** The same for a job with a payload. */
    <T, P> BatchStep onEnd(JobMethod.WithPayload<T, P> method, P payload);

    /** The same for a job with a payload that looks at its context. */
    <T, P> BatchStep onEnd(JobMethod.WithBoth<T, P> method, P payload);
}
