package dev.headroom.queue;

/** Where a job stands. A job that is done has no state: its row is gone. */
public enum JobState {
    /** Waits for a worker. */
    READY,
    /** A process holds it: it runs, or is about to. */
    RUNNING,
    /** Waits for its time: delayed, or to be tried again. */
    SCHEDULED,
    /** Put aside until there is room for it within its {@link Limit}, or until the jobs of its batch that it waits for have ended. */
    BLOCKED,
    /** A dead letter: failed for good, kept until it is requeued or deleted. */
    DEAD
}
