package dev.headroom.load;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** The control law of {@link Pacer} over a token bucket that holds one interval. */
final class AimdPacer implements Pacer {
    private static final long LONGEST_PARK = Duration.ofMillis(50).toNanos();

    private final String name;
    private final LoadFeedback feedback;
    private final Criticality criticality;
    private final double minimum;
    private final double maximum;
    private final double slowest;
    private final long interval;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();

    private volatile double rate;
    private double permits;
    private long filledAt;
    private long adaptedAt;
    private double step;
    private int settling;

    AimdPacer(Builder options) {
        name = options.name;
        feedback = options.feedback;
        criticality = options.criticality;
        minimum = options.minimumRate;
        maximum = options.maximumRate;
        slowest = minimum > 0 ? minimum : maximum * STEP_FIRST;
        interval = options.interval.toNanos();
        clock = options.nanoClock;
        rate = maximum;
        permits = 1;
        filledAt = adaptedAt = clock.getAsLong();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double rate() {
        return rate;
    }

    @Override
    public void acquire() throws InterruptedException {
        while (!tryAcquire()) {
            pause();
        }
    }

    @Override
    public boolean tryAcquire(Duration within) throws InterruptedException {
        long end = clock.getAsLong() + within.toNanos();
        while (!tryAcquire()) {
            if (clock.getAsLong() - end >= 0) {
                return false;
            }
            pause();
        }
        return true;
    }

    @Override
    public boolean tryAcquire() {
        lock.lock();
        try {
            long now = clock.getAsLong();
            fill(now);
            adapt(now);
            if (permits < 1) {
                return false;
            }
            permits -= 1;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void fill(long now) {
        double burst = Math.max(1, rate * interval / 1e9);
        permits = Math.min(burst, permits + rate * (now - filledAt) / 1e9);
        filledAt = now;
    }

    private void adapt(long now) {
        if (now - adaptedAt < interval) {
            return;
        }
        adaptedAt = now;
        settling = Math.max(0, settling - 1);
        double factor = feedback.advise(criticality).factor();
        if (factor == 1 && settling == 0) {
            step = Math.min(STEP_UP, step + STEP_FIRST);
            rate = Math.min(maximum, rate + maximum * step);
            return;
        }
        step = 0;
        if (factor == 0) {
            rate = minimum;
            permits = Math.min(permits, minimum == 0 ? 0 : 1);
            return;
        }
        if (factor < HOLD && settling == 0) {
            rate *= Math.max(0.5, factor / HOLD);
            settling = SETTLE;
        }
        rate = Math.max(rate, slowest);
    }

    private void pause() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        double perNano = rate / 1e9;
        long wait = perNano <= 0 ? LONGEST_PARK : (long) Math.min(LONGEST_PARK, 1 / perNano);
        LockSupport.parkNanos(Math.max(wait, 100_000));
    }

    @Override
    public String toString() {
        return "Pacer[" + name + ", rate=" + rate + "/s]";
    }
}
