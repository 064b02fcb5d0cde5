package dev.headroom.throttle.internal;

import dev.headroom.throttle.Gate;
import dev.headroom.throttle.GateOptions;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The control law of {@link Gate}, run by whoever finishes the work that completes a window; nobody waits for it.
 *
 * <p>A drain probe halves the limit, waits until no more than that is in flight, and takes the mean latency of work that entered from then
 * on as the new baseline. It begins after 5 s of saturation, or after two windows with W &gt; 1.35 (m + q) but then at most once a second
 * and not at the minimum limit, where it could change nothing soon. A probe that does not get there in its time is given up.
 */
final class Tide {
    private static final long SHORT = Duration.ofMillis(50).toNanos();
    private static final long LONG = Duration.ofMillis(250).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long PROBE_EVERY = 5 * SECOND;
    private static final int MANY = 50;
    private static final int FEW = 10;

    private final int minimum;
    private final int maximum;
    private final double queueing;
    private final ReentrantLock lock = new ReentrantLock();
    private final Window window = new Window();

    private volatile Phase phase = Phase.STEADY;
    private volatile int effective;
    private volatile long windowStart;
    private volatile double limit;
    private volatile double baseline;
    private volatile double latency;
    private long phaseStart;
    private long probed;
    private long saturatedSince;
    private boolean saturated;
    private int slowWindows;

    private enum Phase {
        STEADY,
        DRAINING,
        MEASURING
    }

    Tide(GateOptions options) {
        minimum = options.minimumLimit();
        maximum = options.maximumLimit();
        queueing = 0.08 * options.deadline().toNanos();
        limit = options.initialLimit();
        effective = options.initialLimit();
        windowStart = options.nanoClock().getAsLong();
        probed = windowStart - PROBE_EVERY;
    }

    /** The limit in force at this moment, halved in a probe. */
    int effective() {
        return effective;
    }

    /** The limit, leaving probes aside. */
    int limit() {
        return (int) limit;
    }

    Duration baseline() {
        return Duration.ofNanos((long) baseline);
    }

    Duration latency() {
        return Duration.ofNanos((long) latency);
    }

    void entered(int inFlight) {
        window.busy(inFlight);
    }

    void refused() {
        window.refuse();
    }

    /** Takes in how work ended; {@code inFlight} is what is left. */
    void left(Gate.Outcome outcome, long since, long now, int inFlight, boolean enforcing) {
        boolean counts = phase != Phase.MEASURING || since - windowStart >= 0;
        if (counts && outcome == Gate.Outcome.SUCCESS) {
            window.success(now - since);
        } else if (counts && outcome == Gate.Outcome.DROPPED) {
            window.drop();
        }
        boolean due = phase == Phase.DRAINING || now - windowStart >= SHORT;
        if (due && lock.tryLock()) {
            try {
                step(now, inFlight, enforcing);
            } finally {
                lock.unlock();
            }
        }
    }

    private void step(long now, int inFlight, boolean enforcing) {
        if (phase != Phase.STEADY && (!enforcing || now - phaseStart > patience())) {
            steady(now, inFlight);
            return;
        }
        if (phase == Phase.DRAINING) {
            if (inFlight <= effective) {
                phaseStart = now;
                restart(now, inFlight);
                phase = Phase.MEASURING;
            }
            return;
        }
        long age = now - windowStart;
        long size = window.size();
        if (age < SHORT || size < (age < LONG ? MANY : FEW)) {
            return;
        }
        Sample sample = restart(now, inFlight);
        if (phase == Phase.MEASURING) {
            if (sample.successes() >= FEW) {
                baseline = sample.mean();
            }
            steady(now, inFlight);
        } else {
            adapt(sample, now);
            if (enforcing && probeDue(now)) {
                probe(now);
            }
        }
    }

    private void adapt(Sample sample, long now) {
        boolean reached = sample.refused() || sample.busiest() >= 0.85 * limit;
        boolean idle = !reached && sample.busiest() < 0.6 * limit;
        saturatedSince = reached && saturated ? saturatedSince : now;
        saturated = reached;
        if (!idle && sample.dropped() > 0.1 * (sample.successes() + sample.dropped())) {
            set(limit * 0.9);
            return;
        }
        if (sample.successes() < FEW) {
            return;
        }
        latency = sample.mean();
        if (baseline == 0) {
            baseline = latency;
        }
        if (idle) {
            double before = baseline;
            baseline = before + 0.2 * (sample.mean() - before);
            slowWindows = 0;
            return;
        }
        double target = baseline + queueing;
        slowWindows = sample.mean() > 1.35 * target ? slowWindows + 1 : 0;
        double factor = Math.max(0.8, Math.min(1.15, Math.sqrt(target / sample.mean())));
        if (factor < 1 || reached) {
            set(limit * factor);
        }
    }

    private void set(double wanted) {
        limit = Math.max(minimum, Math.min(maximum, wanted));
        effective = (int) limit;
    }

    private boolean probeDue(long now) {
        if (!saturated || limit < 2) {
            return false;
        }
        boolean overdue = now - probed >= PROBE_EVERY && now - saturatedSince >= PROBE_EVERY;
        boolean slow = slowWindows >= 2 && limit > minimum && now - probed >= SECOND;
        return overdue || slow;
    }

    private void probe(long now) {
        effective = Math.max(1, (int) (limit / 2));
        phase = Phase.DRAINING;
        phaseStart = now;
        probed = now;
        slowWindows = 0;
    }

    private void steady(long now, int inFlight) {
        restart(now, inFlight);
        phase = Phase.STEADY;
        effective = (int) limit;
    }

    // Half of a first-in first-out queue drains in half the latency, and is measured in half of it.
    private long patience() {
        double times = phase == Phase.DRAINING ? 2 : 4;
        long least = phase == Phase.DRAINING ? SHORT : LONG;
        return (long) Math.max(least, Math.min(SECOND, times * latency));
    }

    private Sample restart(long now, int inFlight) {
        windowStart = now;
        return window.take(inFlight);
    }
}
