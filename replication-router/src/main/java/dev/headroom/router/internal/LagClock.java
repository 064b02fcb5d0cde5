package dev.headroom.router.internal;

import dev.headroom.router.spi.Position;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntPredicate;

/**
 * Tells how fresh a replica is without asking anybody's wall clock.
 *
 * <p>The primary is asked for its position again and again; kept is the pair of the position and the time <em>before</em> it was asked,
 * on this JVM's monotonic clock. A replica that has replayed up to a kept position shows all that had committed by the time kept with
 * it: {@code staleness <= now - time}. This holds for idle, cut off, paused and delayed replicas, and needs no heartbeat table.
 *
 * <p>When the samples fill the ring, those of the older half are thinned, to steps of about a thirtieth of their age: the bound then grows
 * coarser, never too low, and is known for replicas that are hours behind on purpose.
 */
final class LagClock {
    private static final int CAPACITY = 2048;
    private static final int STEPS = 30;

    private final ReentrantLock lock = new ReentrantLock();
    private final long[] times = new long[CAPACITY];
    private final long[] positions = new long[CAPACITY];
    private int size;
    private int kept;
    private long timeline = -1;

    /** Keeps a sample of the primary. */
    void sample(long askedAt, Position position) {
        lock.lock();
        try {
            if (position.timeline() != timeline || (size > 0 && position.sequence() < positions[size - 1])) {
                timeline = position.timeline();
                size = 0;
            }
            if (size > 0 && positions[size - 1] == position.sequence()) {
                times[size - 1] = askedAt;
                return;
            }
            if (size == CAPACITY) {
                thin();
            }
            times[size] = askedAt;
            positions[size] = position.sequence();
            size++;
        } finally {
            lock.unlock();
        }
    }

    /** The latest time by which all that had committed shows at this position; empty when not known. */
    OptionalLong freshAsOf(Position replayed) {
        lock.lock();
        try {
            if (replayed.timeline() != timeline) {
                return OptionalLong.empty();
            }
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (positions[middle] <= replayed.sequence()) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low == 0 ? OptionalLong.empty() : OptionalLong.of(times[low - 1]);
        } finally {
            lock.unlock();
        }
    }

    private void thin() {
        int before = size;
        thin(i -> times[i + 1] - times[kept - 1] > (times[before - 1] - times[i + 1]) / STEPS);
        if (size > before - before / 8) {
            thin(i -> i % 2 == 0);
        }
    }

    /** Keeps of the older half the first one and those that pass; their predecessor then is {@code kept - 1}. */
    private void thin(IntPredicate keeps) {
        int half = size / 2;
        kept = 0;
        for (int i = 0; i < size; i++) {
            if (i == 0 || i >= half || keeps.test(i)) {
                times[kept] = times[i];
                positions[kept] = positions[i];
                kept++;
            }
        }
        size = kept;
    }
}
