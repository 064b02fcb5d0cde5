package dev.headroom.throttle.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Adds up a window's samples. One that comes while the window is emptied may be lost or counted in the next. */
final class Window {
    private final LongAdder successes = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final AtomicInteger busiest = new AtomicInteger();
    private volatile boolean refused;

    void success(long latency) {
        successes.increment();
        nanos.add(latency);
    }

    void drop() {
        dropped.increment();
    }

    void busy(int inFlight) {
        if (inFlight > busiest.get()) {
            busiest.accumulateAndGet(inFlight, Math::max);
        }
    }

    void refuse() {
        if (!refused) {
            refused = true;
        }
    }

    /** How many are in it, dropped ones included. */
    long size() {
        return successes.sum() + dropped.sum();
    }

    /** Empties it. */
    Sample take(int inFlight) {
        long count = successes.sumThenReset();
        long sum = nanos.sumThenReset();
        Sample sample = new Sample(
                count,
                dropped.sumThenReset(),
                count == 0 ? 0 : (double) sum / count,
                busiest.getAndSet(inFlight),
                refused);
        refused = false;
        return sample;
    }
}
