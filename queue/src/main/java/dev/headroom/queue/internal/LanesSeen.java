package dev.headroom.queue.internal;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The queues in which jobs with lanes were seen though no handler here has turns: another process's has. Turns cost claims the floors of {@link
 * dev.headroom.queue.internal.sql.Floors}, so what was not seen again for a minute counts no more. Thread-safe.
 */
final class LanesSeen {
    private static final long LOOK_EVERY = Duration.ofSeconds(5).toNanos();
    private static final long KEPT = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final Map<String, Long> looked = new ConcurrentHashMap<>();
    private final Map<String, Long> seen = new ConcurrentHashMap<>();

    LanesSeen(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether it is time to look. */
    boolean wantsLook(String queue) {
        Long last = looked.get(queue);
        return last == null || nanoTime.getAsLong() - last >= LOOK_EVERY;
    }

    /** What a look has seen. */
    void looked(String queue, boolean lanes) {
        long now = nanoTime.getAsLong();
        looked.put(queue, now);
        if (lanes) {
            seen.put(queue, now);
        }
    }

    /** Whether there were lanes lately. */
    boolean any(String queue) {
        Long last = seen.get(queue);
        return last != null && nanoTime.getAsLong() - last < KEPT;
    }
}
