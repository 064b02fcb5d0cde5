package dev.headroom.meter;

import java.time.Duration;

/** Records how long events take. Thread-safe, allocates nothing. */
@FunctionalInterface
public interface Timer {
    /** Records one event that took so many nanoseconds of {@link System#nanoTime()}. */
    void recordNanos(long nanos);

    /** Records one event. */
    default void record(Duration took) {
        recordNanos(took.toNanos());
    }
}
