package dev.headroom.queue.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Lets one message through per interval and counts the others. Thread-safe. */
final class LogLimit {
    private static final long INTERVAL = Duration.ofSeconds(10).toNanos();

    private final AtomicLong nextAt = new AtomicLong(System.nanoTime());
    private final AtomicLong kept = new AtomicLong();

    /**
     * Logs on a thread that must go on: a logger fails where a stranger's exception can't say what its message is.
     *
     * @param message logs one message
     */
    static void quietly(Runnable message) {
        try {
            message.run();
        } catch (RuntimeException | Error unlogged) {
            // There is nobody left to tell.
            return;
        }
    }

    /** The same, if one is let through now; it is given the number of those kept back since the last one. */
    void quietly(LongConsumer message) {
        long since = pass();
        if (since >= 0) {
            quietly(() -> message.accept(since));
        }
    }

    /** The number of messages kept back since the last one, or -1 if this one is to be kept back too. */
    long pass() {
        long now = System.nanoTime();
        long next = nextAt.get();
        if (now - next >= 0 && nextAt.compareAndSet(next, now + INTERVAL)) {
            return kept.getAndSet(0);
        }
        kept.incrementAndGet();
        return -1;
    }
}
