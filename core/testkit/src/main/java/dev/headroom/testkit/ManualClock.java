package dev.headroom.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A clock that stands still until it is advanced, for code that takes its time from a {@link Clock} or from a
 * {@code LongSupplier} of nanoseconds.
 *
 * <p>It has two scales. The wall clock ({@link #instant}) can be {@linkplain #set set} to any time, as operators and NTP
 * do; the monotone one ({@link #nanoTime}) only goes forward, by {@link #advance}. Advancing runs what is due on
 * {@link #scheduler}. Safe for use by several threads; advances follow one another.
 *
 * <pre>{@code
 * ManualClock clock = new ManualClock();
 * Limiter limiter = new Limiter(clock::nanoTime);
 * clock.advance(Duration.ofSeconds(1));
 * }</pre>
 */
public final class ManualClock extends Clock {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final ReentrantLock advancing = new ReentrantLock();
    private final ManualScheduler scheduler = new ManualScheduler(this);
    private volatile Time time;

    /** Stands at the first moment of 2026, UTC. */
    public ManualClock() {
        this(START);
    }

    /** Stands at a time of the wall clock. */
    public ManualClock(Instant start) {
        this.time = new Time(start, 0);
    }

    /** The time of the wall clock. */
    @Override
    public Instant instant() {
        return time.wall;
    }

    /** Nanoseconds since an arbitrary moment; never goes backwards. */
    public long nanoTime() {
        return time.nanos;
    }

    /**
     * Moves both scales forward and runs the tasks that become due, each at its time, on this thread.
     *
     * @param step zero runs what is due now
     * @throws IllegalArgumentException if the step is negative
     */
    public void advance(Duration step) {
        if (step.isNegative()) {
            throw new IllegalArgumentException(
                    "advance: " + step + " (expected: >= 0; set() turns the wall clock back)");
        }
        advancing.lock();
        try {
            long target = time.nanos + step.toNanos();
            scheduler.runUntil(target, this::moveTo);
            moveTo(target);
        } finally {
            advancing.unlock();
        }
    }

    /** Sets the wall clock, forward or back; {@link #nanoTime} stays, and nothing becomes due. */
    public void set(Instant wall) {
        advancing.lock();
        try {
            time = new Time(wall, time.nanos);
        } finally {
            advancing.unlock();
        }
    }

    /** An executor whose tasks run when this clock is advanced. */
    public ManualScheduler scheduler() {
        return scheduler;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    /** Returns a clock of another zone that shows this clock's time. */
    @Override
    public Clock withZone(ZoneId zone) {
        return new Zoned(this, zone);
    }

    @Override
    public String toString() {
        return "ManualClock[" + time.wall + "]";
    }

    private void moveTo(long nanos) {
        Time now = time;
        if (nanos > now.nanos) {
            time = new Time(now.wall.plusNanos(nanos - now.nanos), nanos);
        }
    }

    private record Time(Instant wall, long nanos) {}

    private static final class Zoned extends Clock {

        private final Clock clock;
        private final ZoneId zone;

        Zoned(Clock clock, ZoneId zone) {
            this.clock = clock;
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new Zoned(clock, other);
        }

        @Override
        public Instant instant() {
            return clock.instant();
        }
    }
}
