package dev.headroom.meter;

import java.util.function.DoubleSupplier;

/**
 * Measurements out: where every component writes its counters, timers and gauges.
 *
 * <p>A meter is looked up once and kept; the same name and tags give the same meter. Tags alternate key and value and have few
 * values. Units are seconds and bytes. Thread-safe; never throws for a meter it can't keep, never blocks.
 *
 * <pre>{@code
 * Counter hits = meters.counter("cache.gets", "cache", "products", "result", "hit");
 * }</pre>
 */
public interface Meters {
    /** The counter of this name and these tags. */
    Counter counter(String name, String... tags);

    /** The timer of this name and these tags. */
    Timer timer(String name, String... tags);

    /** The distribution of sizes (bytes, counts) of this name and these tags; {@link Counter#add} records one size. */
    Counter distribution(String name, String... tags);

    /** Reads a value whenever measurements go out; a gauge of the same name and tags is replaced. Close to remove it. */
    Gauge gauge(String name, DoubleSupplier value, String... tags);

    /** Meters that forget everything. */
    static Meters none() {
        return NoMeters.INSTANCE;
    }

    /** A registered gauge; closing it twice does no harm. */
    @FunctionalInterface
    interface Gauge extends AutoCloseable {
        @Override
        void close();
    }
}
