package dev.headroom.metrics;

import com.codahale.metrics.Histogram;
import com.codahale.metrics.Meter;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Timer;
import dev.headroom.config.Checks;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.metrics.internal.DropwizardReading;
import dev.headroom.metrics.internal.LogLinearReservoir;
import dev.headroom.metrics.internal.Series;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * Core's meters and readings over a Dropwizard registry: counters are {@link Meter}s, timers are {@link Timer}s, distributions
 * {@link Histogram}s, so that whatever reads the registry sees ordinary metrics.
 *
 * <p>Tags become parts of the name: {@code cache.gets} with {@code cache=products} is {@code cache.gets.cache.products}. Quantiles are
 * those of the last half to whole minute, off by 1.6 % at most. A name has at most 1,000 series; more are counted in one
 * whose tags are all {@code other}. Thread-safe.
 *
 * <pre>{@code
 * Headroom.builder("shop").meters(DropwizardMeters.on(registry)).build();
 * }</pre>
 */
public final class DropwizardMeters implements Meters, Readings {
    /** The most series of one name. */
    public static final int MAXIMUM_SERIES = 1_000;

    private static final long EPOCH_NANOS = Duration.ofSeconds(30).toNanos();

    private final MetricRegistry registry;
    private final Map<String, Series> byDotted = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> seriesByName = new ConcurrentHashMap<>();

    private DropwizardMeters(MetricRegistry registry) {
        this.registry = Checks.present("registry", registry);
    }

    /** Meters in this registry. */
    public static DropwizardMeters on(MetricRegistry registry) {
        return new DropwizardMeters(registry);
    }

    /** The registry. */
    public MetricRegistry registry() {
        return registry;
    }

    @Override
    public Counter counter(String name, String... tags) {
        return get(Series.of(name, tags), Meter.class, Meter::new)::mark;
    }

    @Override
    public dev.headroom.meter.Timer timer(String name, String... tags) {
        Timer timer = get(Series.of(name, tags), Timer.class, () -> new Timer(reservoir()));
        return nanos -> timer.update(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public Counter distribution(String name, String... tags) {
        return get(Series.of(name, tags), Histogram.class, () -> new Histogram(reservoir()))::update;
    }

    @Override
    public Meters.Gauge gauge(String name, DoubleSupplier value, String... tags) {
        Series series = admit(Series.of(name, tags));
        String dotted = series.dotted();
        com.codahale.metrics.Gauge<Double> gauge = value::getAsDouble;
        registry.remove(dotted);
        register(dotted, gauge);
        return () -> registry.removeMatching((found, metric) -> found.equals(dotted) && metric == gauge);
    }

    @Override
    public Optional<Reading> read(String name, String... tags) {
        Metric metric = registry.getMetrics().get(Series.of(name, tags).dotted());
        return Optional.ofNullable(metric).map(DropwizardReading::of);
    }

    @Override
    public SortedSet<String> names() {
        return new TreeSet<>(seriesByName.keySet());
    }

    /** The name and tags of a metric of the registry; of one that others registered, its name without tags. */
    Series series(String dotted) {
        Series series = byDotted.get(dotted);
        return series != null ? series : new Series(dotted, Map.of());
    }

    private <M extends Metric> M get(Series wanted, Class<M> type, Supplier<M> maker) {
        Series series = admit(wanted);
        Metric metric = registry.getMetrics().get(series.dotted());
        if (metric == null) {
            metric = register(series.dotted(), maker.get());
        }
        if (!type.isInstance(metric)) {
            throw new IllegalArgumentException("name: " + series.dotted() + " is a "
                    + metric.getClass().getSimpleName() + " (expected: a " + type.getSimpleName() + ")");
        }
        return type.cast(metric);
    }

    private Metric register(String dotted, Metric made) {
        try {
            return registry.register(dotted, made);
        } catch (IllegalArgumentException anotherWasFaster) {
            Metric there = registry.getMetrics().get(dotted);
            if (there == null) {
                throw anotherWasFaster;
            }
            return there;
        }
    }

    private Series admit(Series series) {
        String dotted = series.dotted();
        if (byDotted.containsKey(dotted)) {
            return series;
        }
        AtomicInteger count = seriesByName.computeIfAbsent(series.name(), name -> new AtomicInteger());
        if (count.get() >= MAXIMUM_SERIES && !series.equals(series.overflow())) {
            counter(MetricsMeters.OVERFLOW).increment();
            return admit(series.overflow());
        }
        if (byDotted.putIfAbsent(dotted, series) == null) {
            count.incrementAndGet();
        }
        return series;
    }

    private static LogLinearReservoir reservoir() {
        return new LogLinearReservoir(EPOCH_NANOS, System::nanoTime);
    }
}
