package dev.headroom.queue.batch;

import dev.headroom.queue.JobHandle;

/** One job of a batch. Used by the thread that makes the batch. */
public interface BatchStep {
    /**
     * It begins when all of these are done. When one of them is a dead letter or cancelled it is cancelled, and so is what comes after it.
     *
     * @throws IllegalArgumentException if one is not an earlier step of the same batch
     */
    BatchStep after(BatchStep... steps);

    /**
     * It begins when all of these have ended, whether done, dead or cancelled.
     *
     * @throws IllegalArgumentException if one is not an earlier step of the same batch
     */
    BatchStep afterEnd(BatchStep... steps);

    /**
     * Its job, once the batch is enqueued.
     *
     * @throws IllegalStateException before that
     */
    JobHandle job();
}
