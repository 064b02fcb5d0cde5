package dev.headroom.internal;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Counts the requests that are being served, and at the end lets no more in. */
public final class InFlight {
    private static final long LOOK_NANOS = Duration.ofMillis(5).toNanos();

    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean closed;

    /** From now on requests are to be turned away; who entered and then sees {@link #closed()} leaves again. */
    public void close() {
        closed = true;
    }

    /** Whether requests are to be turned away. */
    public boolean closed() {
        return closed;
    }

    /** Counts one request until its ticket is released. */
    public Ticket enter() {
        count.incrementAndGet();
        return new Ticket(count);
    }

    /** How many there are. */
    public int count() {
        return count.get();
    }

    /** Waits until there are none; says whether that came to be. An interrupt ends the wait and is kept. */
    public boolean awaitNone(Duration within) {
        long end = System.nanoTime() + within.toNanos();
        while (count.get() > 0) {
            if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        return true;
    }

    /** One counted request; only the first release counts. */
    public static final class Ticket {
        private final AtomicInteger count;
        private final AtomicBoolean released = new AtomicBoolean();

        private Ticket(AtomicInteger count) {
            this.count = count;
        }

        /** Whether the request is done. */
        public boolean released() {
            return released.get();
        }

        /** The request is done; says whether it was not before. */
        public boolean release() {
            boolean first = released.compareAndSet(false, true);
            if (first) {
                count.decrementAndGet();
            }
            return first;
        }
    }
}
