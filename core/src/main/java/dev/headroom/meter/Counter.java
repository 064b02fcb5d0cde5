package dev.headroom.meter;

/** Counts events; only goes up. Thread-safe, allocates nothing. */
@FunctionalInterface
public interface Counter {
    /** Counts {@code n} events. */
    void add(long n);

    /** Counts one event. */
    default void increment() {
        add(1);
    }
}
