package dev.headroom.queue;

/** The code of a kind of job that is registered without annotations. Thread-safe. */
@FunctionalInterface
public interface JobHandler<P> {
    /** Does one job; an exception means it is tried again. */
    void handle(P payload, JobContext context) throws Exception;
}
