package dev.headroom.queue.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one message through per interval and counts the others. Thread-safe. */
final class LogLimit {
    private static final long INTERVAL = Duration.ofSeconds(10).toNanos();

    private final AtomicLong nextAt = new AtomicLong(System.nanoTime());
    private final AtomicLong kept = new AtomicLong();

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
