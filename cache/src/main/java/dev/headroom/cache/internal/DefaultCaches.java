package dev.headroom.cache.internal;

import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.cache.Cache;
import dev.headroom.cache.CacheMeters;
import dev.headroom.cache.CacheMode;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.Caches;
import dev.headroom.cache.ValueType;
import dev.headroom.cache.spi.Backplane;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.config.Checks;
import dev.headroom.load.LoadSignal;
import dev.headroom.meter.Meters;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The caches by name. */
public final class DefaultCaches implements Caches {
    private static final Logger LOG = LoggerFactory.getLogger(Caches.class);

    private final Settings settings;
    private final Surroundings around;
    private final List<CacheThreads> own = new ArrayList<>();
    private final @Nullable Homes homes;
    private final Map<String, DefaultCache<Object, @Nullable Object>> caches = new ConcurrentHashMap<>();
    private final Map<String, Types> types = new ConcurrentHashMap<>();
    private final Collection<Meters.Gauge> gauges = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What the builder collected. */
    public record Settings(
            Map<String, CacheOptions> byName,
            CacheOptions defaults,
            CacheMode mode,
            int maximumLoads,
            int refreshThreads,
            @Nullable Executor refreshExecutor,
            @Nullable Executor loadExecutor,
            LongSupplier clock,
            @Nullable SharedTier sharedTier,
            String namespace,
            Duration journalEvery,
            @Nullable Backplane backplane) {}

    private record Types(Type keys, Type values) {}

    /** Makes the caches that have options of their own; others are made when asked for. */
    public DefaultCaches(Settings settings) {
        this.settings = settings;
        Executor refreshes = threads("refresh", settings.refreshExecutor, settings.refreshThreads);
        Executor loads = threads("load", settings.loadExecutor, settings.maximumLoads);
        this.around =
                new Surroundings(settings.clock, new LoadGate(settings.maximumLoads), refreshes, loads, settings.mode);
        SharedTier tier = settings.sharedTier;
        this.homes =
                tier == null ? null : new Homes(tier, settings.namespace, settings.journalEvery, settings.backplane);
        try {
            settings.byName.keySet().forEach(this::named);
            if (homes != null) {
                homes.listen();
            }
        } catch (Throwable failure) {
            try {
                close();
            } catch (RuntimeException another) {
                failure.addSuppressed(another);
            }
            throw failure;
        }
    }

    private Executor threads(String purpose, @Nullable Executor given, int most) {
        if (given != null) {
            return given;
        }
        CacheThreads threads = new CacheThreads(purpose, most);
        own.add(threads);
        return threads;
    }

    @Override
    public String name() {
        return "cache";
    }

    @Override
    public <K, V extends @Nullable Object> Cache<K, V> cache(String name, Class<K> keys, Class<V> values) {
        return typed(name, keys, values);
    }

    @Override
    public <K, V extends @Nullable Object> Cache<K, V> cache(String name, Class<K> keys, ValueType<V> values) {
        return typed(name, keys, values.type());
    }

    @SuppressWarnings("unchecked") // one name has one pair of types: checked
    private <K, V extends @Nullable Object> Cache<K, V> typed(String name, Type keys, Type values) {
        Types asked = new Types(keys, values);
        Types known = types.computeIfAbsent(Checks.name("cache", name), n -> asked);
        if (!known.equals(asked)) {
            throw new IllegalArgumentException(
                    "cache " + name + ": " + asked + " (expected: " + known + ", as before)");
        }
        DefaultCache<Object, @Nullable Object> cache = named(name);
        cache.type(values);
        return (Cache<K, V>) (Cache<?, ?>) cache;
    }

    /** The cache of this name, whatever its types. */
    DefaultCache<Object, @Nullable Object> named(String name) {
        DefaultCache<Object, @Nullable Object> found = caches.get(name);
        return found != null ? found : caches.computeIfAbsent(name, this::create);
    }

    private DefaultCache<Object, @Nullable Object> create(String name) {
        CacheOptions options = settings.byName.getOrDefault(name, settings.defaults);
        DefaultCache<Object, @Nullable Object> cache = new DefaultCache<>(name, options, around);
        if (homes != null && options.shared()) {
            cache.share(homes);
        }
        connect(cache);
        return cache;
    }

    private void connect(DefaultCache<?, ?> cache) {
        cache.connect();
        gauges.add(around.contracts
                .meters()
                .gauge(CacheMeters.SIZE, () -> cache.stats().size(), "cache", cache.name()));
    }

    /** Those that share something. */
    List<DefaultCache<?, ?>> shared() {
        return caches.values().stream()
                .filter(DefaultCache::shares)
                .sorted(Comparator.comparing(DefaultCache::name))
                .collect(Collectors.toList());
    }

    Contracts contracts() {
        return around.contracts;
    }

    @Override
    public Collection<Cache<?, ?>> all() {
        return List.copyOf(caches.values());
    }

    @Override
    public void mode(CacheMode mode) {
        CacheMode before = around.mode;
        around.mode = Checks.present("mode", mode);
        if (mode == CacheMode.OFF) {
            caches.values().forEach(DefaultCache::forget);
        }
        if (before != mode) {
            LOG.info("cache: mode {} (was {})", mode, before);
        }
    }

    @Override
    public CacheMode mode() {
        return around.mode;
    }

    @Override
    public void contribute(Contributions to) {
        to.interceptor(new CachedInterceptor(this))
                .interceptor(new CachedAllInterceptor(this))
                .interceptor(new CachePutInterceptor(this))
                .interceptor(new CacheEvictInterceptor(this))
                .interceptor(new CacheEvictSeveralInterceptor(this))
                .loadSignal(LoadSignal.of("cache.loads", around.gate::pressure))
                .consolePanel(new CachePanel(this, around, homes == null ? null : new SharedRows(this, homes)));
    }

    @Override
    public void connect(Contracts contracts) {
        around.contracts = contracts;
        gauges.add(contracts.meters().gauge(CacheMeters.LOADS_RUNNING, around.gate::running));
        Homes shared = homes;
        if (shared != null) {
            gauges.add(contracts.meters().gauge(CacheMeters.SHARED_PENDING, shared::pending));
            gauges.add(contracts.meters().gauge(CacheMeters.SHARED_REFUSED, shared::givenUp));
        }
        caches.values().forEach(this::connect);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            around.closed = true;
            gauges.forEach(Meters.Gauge::close);
            caches.values().forEach(DefaultCache::forget);
            own.forEach(CacheThreads::close);
            if (homes != null) {
                homes.close();
            }
        }
    }
}
