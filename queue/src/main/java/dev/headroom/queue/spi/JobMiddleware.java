package dev.headroom.queue.spi;

import dev.headroom.queue.JobContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Code around every run and every enqueue of this process, such as for measuring, auditing, or setting a tenant on the thread. Thread-safe.
 *
 * <p>Whatever it throws is the run's failure, or leaves by {@code enqueue}; then nothing was enqueued, and a transaction of the caller's goes on.
 *
 * <pre>{@code
 * JobQueue.builder(dataSource).middleware(new JobMiddleware() {
 *     public Object run(Run run) throws Exception {
 *         try (Tenant.Scope scope = Tenant.of(run.context()).open()) {
 *             return run.proceed();
 *         }
 *     }
 * })
 * }</pre>
 */
public interface JobMiddleware {
    /** A run. */
    interface Run {
        /** Its job. */
        JobContext context();

        /** Its payload; null if the kind takes none. */
        @Nullable Object payload();

        /** Runs the handler, or the next middleware; returns what the handler returned. To be called once at most. */
        @Nullable Object proceed() throws Exception;
    }

    /** An enqueue. */
    interface Enqueue {
        /** The kind's stable name. */
        String name();

        /** The payloads, one for each job; a null for one of a kind that takes none. */
        List<@Nullable Object> payloads();

        /** Enqueues, or calls the next middleware. To be called once at most; an enqueue that is not called is refused. */
        void proceed();
    }

    /**
     * Around a run, on the worker's thread, in its {@link dev.headroom.RequestContext} and its transaction if it has one.
     *
     * @return the job's result
     */
    default @Nullable Object run(Run run) throws Exception {
        return run.proceed();
    }

    /**
     * Around an enqueue, on the caller's thread; the jobs of a batch come one by one before the batch is enqueued. Jobs of schedules come on a
     * thread of the queue's; one that is refused is tried again soon.
     */
    default void enqueue(Enqueue enqueue) {
        enqueue.proceed();
    }
}
