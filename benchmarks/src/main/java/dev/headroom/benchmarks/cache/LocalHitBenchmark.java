package dev.headroom.benchmarks.cache;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.headroom.cache.Cache;
import dev.headroom.cache.Caches;
import dev.headroom.cache.Loader;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A hit in this JVM: ours against Caffeine, which holds ours, with and without expiry, cache2k, and a map that never forgets. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Thread)
public class LocalHitBenchmark {
    private static final Duration FRESH = Duration.ofHours(1);

    private final KeySequence keys = new KeySequence();
    private final Loader<String, String> loader = key -> "value of " + key;
    private final ConcurrentMap<String, String> map = new ConcurrentHashMap<>();
    private final Cache<String, String> headroom = Caches.builder()
            .cache("products", options -> options.fresh(FRESH).maximumSize(2 * KeySequence.KEYS))
            .build()
            .cache("products", String.class, String.class);
    private final LoadingCache<String, String> caffeine = Caffeine.newBuilder()
            .maximumSize(2 * KeySequence.KEYS)
            .expireAfterWrite(FRESH)
            .build(loader::load);
    private final LoadingCache<String, String> caffeineWithoutExpiry =
            Caffeine.newBuilder().maximumSize(2 * KeySequence.KEYS).build(loader::load);
    private final org.cache2k.Cache<String, String> cache2k = org.cache2k.Cache2kBuilder.of(String.class, String.class)
            .entryCapacity(2 * KeySequence.KEYS)
            .expireAfterWrite(FRESH.toMillis(), TimeUnit.MILLISECONDS)
            .loader(loader::load)
            .build();

    /** Loads everything once. */
    @Setup
    public void fill() throws Exception {
        for (String key : keys.all()) {
            map.put(key, loader.load(key));
            headroom.get(key, loader);
            Object withExpiry = caffeine.get(key);
            Object without = caffeineWithoutExpiry.get(key);
            Objects.requireNonNull(withExpiry, "caffeine");
            Objects.requireNonNull(without, "caffeineWithoutExpiry");
            cache2k.get(key);
        }
    }

    /** Ours: freshness, windows for stale values, statistics. */
    @Benchmark
    public String headroom() {
        return headroom.get(keys.next(), loader);
    }

    /** Caffeine with a loader and one hour to live. */
    @Benchmark
    public String caffeine() {
        return caffeine.get(keys.next());
    }

    /** Caffeine without any expiry. */
    @Benchmark
    public String caffeineWithoutExpiry() {
        return caffeineWithoutExpiry.get(keys.next());
    }

    /** cache2k with a loader and one hour to live. */
    @Benchmark
    public String cache2k() {
        return cache2k.get(keys.next());
    }

    /** The floor. */
    @Benchmark
    public @Nullable String map() {
        return map.get(keys.next());
    }
}
