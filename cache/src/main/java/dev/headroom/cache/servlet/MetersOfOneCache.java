package dev.headroom.cache.servlet;

import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.util.Arrays;
import java.util.function.DoubleSupplier;

/** Meters without the gauges that are not of one cache: those are of the application's other caches. */
record MetersOfOneCache(Meters meters) implements Meters {
    @Override
    public Counter counter(String name, String... tags) {
        return meters.counter(name, tags);
    }

    @Override
    public Timer timer(String name, String... tags) {
        return meters.timer(name, tags);
    }

    @Override
    public Counter distribution(String name, String... tags) {
        return meters.distribution(name, tags);
    }

    @Override
    public Gauge gauge(String name, DoubleSupplier value, String... tags) {
        return Arrays.asList(tags).contains("cache") ? meters.gauge(name, value, tags) : () -> {};
    }
}
