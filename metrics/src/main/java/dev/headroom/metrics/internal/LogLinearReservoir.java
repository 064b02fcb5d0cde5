package dev.headroom.metrics.internal;

import com.codahale.metrics.Reservoir;
import com.codahale.metrics.Snapshot;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * A histogram of recent values: 32 buckets to a power of two, so a quantile is off by 1/64 at most (half a bucket's width), as in
 * HdrHistogram (Tene, 2012).
 *
 * <p>Two epochs take turns: one is written, the other is the one before. A snapshot has both, so it tells of the last one to two epochs and
 * of nothing older. Recording is one atomic increment and allocates nothing. Thread-safe.
 */
public final class LogLinearReservoir implements Reservoir {
    private static final int SUB_BITS = 5;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;
    private static final int BUCKETS = (Long.SIZE - SUB_BITS) * SUB_BUCKETS;

    private final long epochNanos;
    private final LongSupplier nanoClock;
    private final ReentrantLock turning = new ReentrantLock();
    private volatile Epoch current;

    private record Epoch(AtomicIntegerArray counts, AtomicIntegerArray before, long since) {}

    /** A histogram with epochs of this length on a monotonic clock in nanoseconds. */
    public LogLinearReservoir(long epochNanos, LongSupplier nanoClock) {
        this.epochNanos = epochNanos;
        this.nanoClock = nanoClock;
        this.current =
                new Epoch(new AtomicIntegerArray(BUCKETS), new AtomicIntegerArray(BUCKETS), nanoClock.getAsLong());
    }

    @Override
    public void update(long value) {
        turn().counts.getAndIncrement(index(Math.max(0, value)));
    }

    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, getSnapshot().size());
    }

    @Override
    public Snapshot getSnapshot() {
        Epoch epoch = turn();
        long[] counts = new long[BUCKETS];
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] = epoch.counts.get(i) + (long) epoch.before.get(i);
        }
        return new LogLinearSnapshot(counts);
    }

    private Epoch turn() {
        Epoch epoch = current;
        long now = nanoClock.getAsLong();
        if (now - epoch.since < epochNanos) {
            return epoch;
        }
        turning.lock();
        try {
            epoch = current;
            long passed = now - epoch.since;
            if (passed >= epochNanos) {
                boolean justPassed = passed < 2 * epochNanos;
                AtomicIntegerArray before = justPassed ? epoch.counts : new AtomicIntegerArray(BUCKETS);
                epoch = new Epoch(new AtomicIntegerArray(BUCKETS), before, now);
                current = epoch;
            }
            return epoch;
        } finally {
            turning.unlock();
        }
    }

    static int index(long value) {
        if (value < SUB_BUCKETS) {
            return (int) value;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        int sub = (int) (value >>> (exponent - SUB_BITS)) & (SUB_BUCKETS - 1);
        return (exponent - SUB_BITS + 1) * SUB_BUCKETS + sub;
    }

    /** The middle of a bucket. */
    static long valueOf(int index) {
        if (index < SUB_BUCKETS) {
            return index;
        }
        int shift = index / SUB_BUCKETS - 1;
        long low = (long) (SUB_BUCKETS + index % SUB_BUCKETS) << shift;
        return low + ((1L << shift) >> 1);
    }
}
