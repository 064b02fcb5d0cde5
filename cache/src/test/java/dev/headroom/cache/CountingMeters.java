package dev.headroom.cache;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.meter.Timer;
import dev.headroom.transaction.Transactions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/** Meters that can be asked. */
final class CountingMeters implements Meters {
    private final Map<List<String>, LongAdder> counts = new ConcurrentHashMap<>();

    /** What the shared tier was good for, for the cache of this name. */
    long shared(String cache, String result) {
        return count(CacheMeters.SHARED, "cache", cache, "result", result);
    }

    long count(String name, String... tags) {
        return adder(name, tags).sum();
    }

    /** Contracts with these meters and this consistency, and nothing else. */
    Contracts contracts(Consistency consistency) {
        return new Contracts(
                this,
                Readings.none(),
                LoadFeedback.none(),
                consistency,
                Transactions.immediate(),
                LocalBackground.create());
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
        return () -> {};
    }
}
