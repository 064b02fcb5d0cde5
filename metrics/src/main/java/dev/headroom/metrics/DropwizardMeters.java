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
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Core's meters and readings over a Dropwizard registry: counters are {@link Meter}s, timers are {@link Timer}s, distributions
 * {@link Histogram}s, so that whatever reads the registry sees ordinary metrics.
 *
 * <p>Tags become parts of the name: {@code cache.gets} with {@code cache=products} is {@code cache.gets.cache.products}. Quantiles are
 * those of the last half to whole minute, off by 1.6 % at most. A name has at most 1,000 series; more are counted in one
 * whose tags are all {@code other}. Where the registry has another kind of metric by the name that is left as it is, and nothing is
 * measured; a warning says so once. Thread-safe.
 *
 * <pre>{@code
 * Headroom.builder("shop").meters(DropwizardMeters.on(registry)).build();
 * }</pre>
 */
public final class DropwizardMeters implements Meters, Readings {
    /** The most series of one name. */
    public static final int MAXIMUM_SERIES = 1_000;

    private static final Logger log = LoggerFactory.getLogger(DropwizardMeters.class);
    private static final long EPOCH_NANOS = Duration.ofSeconds(30).toNanos();

    private final MetricRegistry registry;
    private final Map<String, Series> byDotted = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> seriesByName = new ConcurrentHashMap<>();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

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
        Meter meter = get(Series.of(name, tags), Meter.class, Meter::new);
        return meter == null ? Meters.none().counter(name, tags) : meter::mark;
    }

    @Override
    public dev.headroom.meter.Timer timer(String name, String... tags) {
        Timer timer = get(Series.of(name, tags), Timer.class, () -> new Timer(reservoir()));
        if (timer == null) {
            return Meters.none().timer(name, tags);
        }
        return nanos -> timer.update(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public Counter distribution(String name, String... tags) {
        Histogram sizes = get(Series.of(name, tags), Histogram.class, () -> new Histogram(reservoir()));
        return sizes == null ? Meters.none().distribution(name, tags) : sizes::update;
    }

    @Override
    public Meters.Gauge gauge(String name, DoubleSupplier value, String... tags) {
        Series series = admit(Series.of(name, tags));
        String dotted = series.dotted();
        Metric there = registry.getMetrics().get(dotted);
        if (there != null && !(there instanceof com.codahale.metrics.Gauge)) {
            warn(dotted, there, com.codahale.metrics.Gauge.class);
            return Meters.none().gauge(name, value, tags);
        }
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

    /** Null if the registry has something else by that name. */
    private <M extends Metric> @Nullable M get(Series wanted, Class<M> type, Supplier<M> maker) {
        Series series = admit(wanted);
        Metric metric = registry.getMetrics().get(series.dotted());
        if (metric == null) {
            metric = register(series.dotted(), maker.get());
        }
        if (!type.isInstance(metric)) {
            warn(series.dotted(), metric, type);
            return null;
        }
        return type.cast(metric);
    }

    private void warn(String dotted, Metric there, Class<? extends Metric> expected) {
        if (refused.add(dotted)) {
            log.warn(
                    "metrics: name: {} is a {} (expected: a {}), so that it can't be measured",
                    dotted,
                    there.getClass().getSimpleName(),
                    expected.getSimpleName());
        }
    }

    private Metric register(String dotted, Metric made) {
        try {
            return registry.register(dotted, made);
        } catch (IllegalArgumentException anotherWasFaster) {
            Metric there = registry.getMetrics().get(dotted);
            return there == null ? made : there;
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
