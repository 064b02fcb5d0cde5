package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Several caches on one memcached read and drop at random, with evictions: after a drop, what the dropper reads, and what somebody reads who
 * holds nothing, is no older than the drop.
 */
class RandomSchedulesTest {
    private static final int KEYS = 4;
    private final AtomicLongArray source = new AtomicLongArray(KEYS);
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong stale = new AtomicLong();

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void nothingStaleIsReadAfterADrop(LeaseMode mode) throws Exception {
        run(mode, Duration.ofSeconds(3));
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void nothingStaleIsReadAfterADropForMinutes(LeaseMode mode) throws Exception {
        run(mode, Duration.ofMinutes(5));
        System.out.println(
                "soak: cache: random schedules, " + mode + ": " + reads + " reads after a drop, " + stale + " stale");
    }

    private void run(LeaseMode mode, Duration time) throws Exception {
        long seed = System.nanoTime();
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Caches> open = new ArrayList<>();
        try (MemcachedNode server = MemcachedNode.builder().ownProcess().start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            MemcachedTier tier = MemcachedTier.on(memcached, mode);
            for (int i = 0; i < 3; i++) {
                open.add(Caches.builder().shared(tier).build());
            }
            long end = System.nanoTime() + time.toNanos();
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Random random = new Random(seed + i);
                Cache<String, Long> cache = open.get(i % 3).cache("c", String.class, Long.class);
                runs.add(threads.submit(() -> {
                    while (System.nanoTime() - end < 0 || reads.get() < 20) {
                        step(cache, random, tier);
                    }
                    return true;
                }));
            }
            for (Future<?> run : runs) {
                run.get(time.toSeconds() + 60, TimeUnit.SECONDS);
            }
        } finally {
            open.forEach(Caches::close);
            threads.shutdownNow();
        }
        assertThat(reads.get()).as("seed " + seed).isGreaterThanOrEqualTo(20);
        assertThat(stale.get()).as("seed " + seed).isZero();
    }

    private void step(Cache<String, Long> cache, Random random, MemcachedTier tier) throws Exception {
        int number = random.nextInt(KEYS);
        String key = "k" + number;
        int what = random.nextInt(20);
        if (what < 14) {
            cache.get(key, (k, context) -> load(number, context, random));
            return;
        }
        if (what == 14) {
            tier.node(key).invalidate("headroom:c:v1:tlv1:s:" + key);
            return;
        }
        long written = source.incrementAndGet(number);
        if (what < 18) {
            cache.invalidate(key);
        } else if (what == 18) {
            cache.invalidateTag("t" + number % 2);
        } else {
            cache.clear();
        }
        check(written, cache.get(key, (k, context) -> load(number, context, random)));
        try (Caches fresh =
                Caches.builder().shared(tier).journalEvery(Duration.ZERO).build()) {
            check(
                    written,
                    fresh.cache("c", String.class, Long.class).get(key, (k, context) -> load(number, context, random)));
        }
    }

    private long load(int number, LoadContext<Long> context, Random random) throws InterruptedException {
        long value = source.get(number);
        context.tags("t" + number % 2);
        TimeUnit.MICROSECONDS.sleep(random.nextInt(3000));
        return value;
    }

    private void check(long least, long read) {
        reads.incrementAndGet();
        if (read < least) {
            stale.incrementAndGet();
        }
    }
}
