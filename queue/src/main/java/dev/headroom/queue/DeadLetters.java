package dev.headroom.queue;

import java.util.List;

/**
 * The jobs that were given up. Thread-safe; every call is a transaction of its own and throws {@link QueueException} when that fails.
 *
 * <pre>{@code
 * for (DeadJob each : queue.dead().newest(20)) {
 *     log.warn("{} {}: {}", each.id(), each.name(), each.error());
 * }
 * queue.dead().requeueAll("image.thumb", 1_000);      // once what they failed for is mended
 * }</pre>
 */
public interface DeadLetters {
    /**
     * The newest ones first.
     *
     * @param limit how many at most, 1 to 10,000
     * @throws dev.headroom.config.ConfigurationException if the limit is not in 1 to 10000
     */
    List<DeadJob> newest(int limit);

    /** Makes it ready again with all its attempts, and part of its batch again; returns whether there was such a dead letter. */
    boolean requeue(long id);

    /**
     * Makes the dead letters of a kind ready again, in one transaction; where there may be more than one call takes, it is called until it
     * returns less than its limit.
     *
     * @param limit how many at most, 1 to 10,000
     * @return how many there were
     * @throws dev.headroom.config.ConfigurationException if the name is null, or the limit not in 1 to 10000
     */
    int requeueAll(String name, int limit);

    /** Deletes it for good; returns whether there was such a dead letter. */
    boolean delete(long id);
}
