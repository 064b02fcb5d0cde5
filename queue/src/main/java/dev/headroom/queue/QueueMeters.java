package dev.headroom.queue;

/** The names of the queue's meters. */
public final class QueueMeters {
    /** Counts jobs enqueued in this process, committed or not; tag {@code job}. */
    public static final String ENQUEUED = "headroom.queue.enqueued";

    /** Times how long a job was ready before a worker took it up; tag {@code queue}. */
    public static final String PICKUP = "headroom.queue.pickup";

    /** Times runs; tags {@code job} and {@code outcome} (done, retried, snoozed, dead, cancelled, parked, returned, lost). */
    public static final String RUN = "headroom.queue.run";

    /** Times claims, as one transaction; tag {@code result} (jobs, none, failed). */
    public static final String CLAIM = "headroom.queue.claim";

    /** Counts jobs that were done here but whose lease another had taken. */
    public static final String LEASE_LOST = "headroom.queue.lease.lost";

    /** Counts jobs rescued from processes that died. */
    public static final String RESCUED = "headroom.queue.rescued";

    /** Counts jobs put aside since no handler of their name is registered here. */
    public static final String PARKED = "headroom.queue.parked";

    /** Counts claims that load feedback slowed down or left out; tag {@code advice} (slow, stop). */
    public static final String HELD_BACK = "headroom.queue.heldback";

    /** Jobs ready, as last seen; tag {@code queue}. */
    public static final String READY = "headroom.queue.ready";

    /** Jobs that wait for room in their limit or for other jobs, as last seen; tag {@code queue}. */
    public static final String BLOCKED = "headroom.queue.blocked";

    /** Jobs dead, as last seen; tag {@code queue}. */
    public static final String DEAD = "headroom.queue.dead";

    /** Seconds for which the oldest ready job has been ready, as last seen; tag {@code queue}. */
    public static final String OLDEST_AGE = "headroom.queue.oldest.age";

    /** Workers busy in this process; tag {@code queue}. */
    public static final String BUSY = "headroom.queue.busy";

    /** Seconds for which no job of a kind with {@link Every#silence} has ended well, as last seen; tag {@code job}. */
    public static final String SILENCE = "headroom.queue.silence";

    /** 1 while the queue is paused in the whole cluster, 0 otherwise, as last seen; tag {@code queue}. */
    public static final String PAUSED = "headroom.queue.paused";

    private QueueMeters() {}
}
