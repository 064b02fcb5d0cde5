package dev.headroom.benchmarks.cache;

import dev.headroom.cache.Cache;
import dev.headroom.cache.Caches;
import dev.headroom.cache.Loader;
import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.spi.Lifetime;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedRead;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import net.spy.memcached.AddrUtil;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.transcoders.SerializingTranscoder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A hit in memcached: what it costs to have the lease, the time to live and the version come along, against spymemcached's own {@code get} on the
 * same server. Values have 100 bytes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
@State(Scope.Benchmark)
public class SharedHitBenchmark {
    private static final int KEYS = 1_000;
    private static final int TOGETHER = 100;
    private static final Duration ALWAYS_ASK = Duration.ofNanos(1);
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final String VALUE = "v".repeat(100);

    private final Loader<String, String> loader = key -> VALUE;
    private final MemcachedNode server = MemcachedNode.builder().ownProcess().start();
    private final Memcached memcached = Memcached.nodes(server.hostAndPort())
            .operationTimeout(Duration.ofSeconds(2))
            .build();
    private final MemcachedTier tier = MemcachedTier.on(memcached, LeaseMode.META);
    private final Caches caches = Caches.builder()
            .shared(tier)
            .cache(
                    "products",
                    options -> options.fresh(Duration.ofHours(1))
                            .localFresh(ALWAYS_ASK)
                            .maximumSize(2 * KEYS))
            .build();
    private final Cache<String, String> cache = caches.cache("products", String.class, String.class);
    private final MemcachedClient spymemcached = connect(server.hostAndPort());

    private static MemcachedClient connect(String address) {
        SerializingTranscoder plain = new SerializingTranscoder();
        plain.setCompressionThreshold(Integer.MAX_VALUE);
        try {
            return new MemcachedClient(
                    new ConnectionFactoryBuilder()
                            .setTranscoder(plain)
                            .setUseNagleAlgorithm(false)
                            .setDaemon(true)
                            .build(),
                    AddrUtil.getAddresses(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stores everything once by each way. */
    @Setup
    public void fill() throws Exception {
        SharedNode node = tier.node("raw");
        Lifetime life = new Lifetime(Duration.ofHours(1), Duration.ofHours(1));
        for (int i = 0; i < KEYS; i++) {
            spymemcached.set("spy:" + i, 3600, VALUE).get();
            node.put("raw:" + i, VALUE.getBytes(java.nio.charset.StandardCharsets.US_ASCII), life);
            cache.get("product:" + i, loader);
        }
    }

    /** Ends the server. */
    @TearDown
    public void close() {
        caches.close();
        memcached.close();
        spymemcached.shutdown();
        server.close();
    }

    /** spymemcached as it is: the value, nothing else. */
    @Benchmark
    public Object spymemcachedGet() {
        return spymemcached.get("spy:" + any());
    }

    /** Our tier: the value, what is left of its time, its version, and the lease if it is due. */
    @Benchmark
    public SharedRead readOrLease() {
        String key = "raw:" + any();
        return tier.node(key).readOrLease(key, LEASE, List.of());
    }

    /** The whole cache, which asks memcached every time: the same, the check for dropped tags, decoding, and holding it here. */
    @Benchmark
    public String cacheGet() {
        return cache.get("product:" + any(), loader);
    }

    /** spymemcached as it is, 100 keys at once; per key. */
    @Benchmark
    @OperationsPerInvocation(TOGETHER)
    public Map<String, Object> spymemcachedGetBulk() {
        return spymemcached.getBulk(some("spy:"));
    }

    /** The whole cache, 100 keys at once; per key. */
    @Benchmark
    @OperationsPerInvocation(TOGETHER)
    public Map<String, String> cacheGetAll() {
        return cache.getAll(some("product:"), keys -> {
            throw new IllegalStateException("not there: " + keys);
        });
    }

    /** spymemcached as it is, 100 keys at once by four threads; keys a second. */
    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @OperationsPerInvocation(TOGETHER)
    @Threads(4)
    public Map<String, Object> spymemcachedGetBulkByFour() {
        return spymemcachedGetBulk();
    }

    /** The whole cache, 100 keys at once by four threads; keys a second. */
    @Benchmark
    @BenchmarkMode(Mode.Throughput)
    @OutputTimeUnit(TimeUnit.SECONDS)
    @OperationsPerInvocation(TOGETHER)
    @Threads(4)
    public Map<String, String> cacheGetAllByFour() {
        return cacheGetAll();
    }

    private static int any() {
        return ThreadLocalRandom.current().nextInt(KEYS);
    }

    private static Collection<String> some(String prefix) {
        int from = ThreadLocalRandom.current().nextInt(KEYS - TOGETHER);
        String[] keys = new String[TOGETHER];
        for (int i = 0; i < TOGETHER; i++) {
            keys[i] = prefix + (from + i);
        }
        return List.of(keys);
    }
}
