package dev.headroom.queue;

import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/** Keeps counts, how often timers recorded, and gauges, by name and tags. */
final class KeptMeters implements Meters {
    private final Map<String, DoubleSupplier> gauges = new ConcurrentHashMap<>();
    private final Map<String, Long> counts = new ConcurrentSkipListMap<>();
    private final Map<String, Long> longest = new ConcurrentHashMap<>();

    /** The gauge's value. */
    double value(String name, String... tags) {
        return gauges.get(key(name, tags)).getAsDouble();
    }

    /** How much the counter has counted, or how often the timer has recorded; 0 for one that was never used. */
    long count(String name, String... tags) {
        return counts.getOrDefault(key(name, tags), 0L);
    }

    /** The longest time that the timer has recorded, in nanoseconds. */
    long longest(String name, String... tags) {
        return longest.getOrDefault(key(name, tags), -1L);
    }

    /** The names of the queue's counters and timers that were used. */
    Set<String> counted() {
        return queues(counts.keySet());
    }

    /** The names of the queue's gauges. */
    Set<String> gauges() {
        return queues(gauges.keySet());
    }

    private static Set<String> queues(Set<String> keys) {
        return keys.stream()
                .map(key -> key.substring(0, key.indexOf(' ')))
                .filter(name -> name.startsWith("headroom.queue."))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String key(String name, String... tags) {
        return name + " " + String.join(" ", tags);
    }

    @Override
    public Counter counter(String name, String... tags) {
        return n -> counts.merge(key(name, tags), n, Long::sum);
    }

    @Override
    public Timer timer(String name, String... tags) {
        return nanos -> {
            longest.merge(key(name, tags), nanos, Math::max);
            counts.merge(key(name, tags), 1L, Long::sum);
        };
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
