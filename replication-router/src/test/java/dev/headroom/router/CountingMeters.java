package dev.headroom.router;

import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/** Meters that can be asked. */
public final class CountingMeters implements Meters {
    private final Map<List<String>, LongAdder> counts = new ConcurrentHashMap<>();
    private final Set<String> gauges = ConcurrentHashMap.newKeySet();

    public long count(String name, String... tags) {
        return adder(name, tags).sum();
    }

    public Set<String> gaugeNames() {
        return gauges;
    }

    private LongAdder adder(String name, String... tags) {
        return counts.computeIfAbsent(List.of(name, String.join(",", tags)), key -> new LongAdder());
    }

    @Override
    public Counter counter(String name, String... tags) {
        return adder(name, tags)::add;
    }

    @Override
    public Timer timer(String name, String... tags) {
        return nanos -> adder(name, tags).increment();
    }

    @Override
    public Counter distribution(String name, String... tags) {
        return adder(name, tags)::add;
    }

    @Override
    public Gauge gauge(String name, DoubleSupplier value, String... tags) {
        gauges.add(name);
        return () -> gauges.remove(name);
    }
}
