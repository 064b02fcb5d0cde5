package dev.headroom.queue;

import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;

/** Keeps gauges, by name and tags. */
final class KeptGauges implements Meters {
    private final Map<String, DoubleSupplier> gauges = new ConcurrentHashMap<>();

    /** The gauge's value. */
    double value(String name, String... tags) {
        return gauges.get(key(name, tags)).getAsDouble();
    }

    private static String key(String name, String... tags) {
        return name + " " + String.join(" ", tags);
    }

    @Override
    public Counter counter(String name, String... tags) {
        return Meters.none().counter(name, tags);
    }

    @Override
    public Timer timer(String name, String... tags) {
        return Meters.none().timer(name, tags);
    }

    @Override
    public Counter distribution(String name, String... tags) {
        return Meters.none().distribution(name, tags);
    }

    @Override
    public Gauge gauge(String name, DoubleSupplier value, String... tags) {
        gauges.put(key(name, tags), value);
        return () -> gauges.remove(key(name, tags));
    }
}
