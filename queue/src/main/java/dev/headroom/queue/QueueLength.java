package dev.headroom.queue;

import java.time.Duration;

/**
 * How much waits in a queue. Each count is exact up to {@value #COUNTED} and stays there beyond, so that asking costs about the same
 * whatever waits.
 *
 * @param ready jobs that wait for a worker
 * @param scheduled jobs that wait for their time: delayed, or to be tried again
 * @param blocked jobs that wait for room in their {@linkplain Limit limit}, or for other jobs of their batch
 * @param running jobs that a process holds
 * @param dead dead letters
 * @param oldestAge how long the job that is ready longest has been ready; zero when none is
 */
public record QueueLength(long ready, long scheduled, long blocked, long running, long dead, Duration oldestAge) {
    /** How far is counted. */
    public static final int COUNTED = 100_000;

    /** Nothing at all. */
    public static final QueueLength EMPTY = new QueueLength(0, 0, 0, 0, 0, Duration.ZERO);

    /** What waits for a worker or its time: ready and scheduled. */
    public long waiting() {
        return ready + scheduled;
    }

    /** Both together; the older age. */
    public QueueLength plus(QueueLength other) {
        return new QueueLength(
                ready + other.ready,
                scheduled + other.scheduled,
                blocked + other.blocked,
                running + other.running,
                dead + other.dead,
                oldestAge.compareTo(other.oldestAge) >= 0 ? oldestAge : other.oldestAge);
    }
}
