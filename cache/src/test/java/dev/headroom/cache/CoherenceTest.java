package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What one JVM drops the others stop serving, over memcached alone, and over its restart. */
@Tag("one-jdk")
class CoherenceTest {
    private static final long LOST = Duration.ofSeconds(60).toNanos();
    private final AtomicInteger source = new AtomicInteger();

    @Test
    void everyDropReachesTheOthers() {
        run(60, 1);
    }

    @Test
    @Tag("soak")
    void everyDropReachesTheOthersThousandsOfTimes() {
        System.out.println("soak: cache: " + run(4_000, 10));
    }

    /** Neither for the tier nor for the journal. */
    @Test
    void clearingIsAsMuchWorkForManyValuesAsForOne() {
        WatchedTier tier = new WatchedTier(operation -> {});
        try (Caches caches = Caches.builder().shared(tier).build()) {
            Cache<Integer, String> cache = caches.cache("c", Integer.class, String.class);
            List<Long> operations = new ArrayList<>();
            for (int many : new int[] {1, 1000}) {
                List<Integer> keys = IntStream.range(0, many).boxed().toList();
                cache.getAll(keys, wanted -> wanted.stream().collect(Collectors.toMap(key -> key, key -> "v")));
                long before = changes(tier);
                cache.clear();
                operations.add(changes(tier) - before);
                assertThat(cache.get(0, key -> "new")).isEqualTo("new");
            }
            assertThat(operations.get(1)).isPositive().isEqualTo(operations.get(0));
        }
    }

    private static long changes(WatchedTier tier) {
        return tier.asked("merge") + tier.asked("increment") + tier.asked("write") + tier.asked("invalidate");
    }

    private String run(int drops, int restarts) {
        List<Caches> open = new ArrayList<>();
        try (MemcachedNode server = MemcachedNode.builder().ownProcess().start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            for (int i = 0; i < 3; i++) {
                open.add(Caches.builder()
                        .shared(MemcachedTier.on(memcached))
                        .journalEvery(Duration.ofMillis(25))
                        .defaults(options -> options.fresh(Duration.ofHours(1)).localFresh(Duration.ofHours(1)))
                        .build());
            }
            List<Cache<String, Integer>> caches = new ArrayList<>();
            open.forEach(each -> caches.add(each.cache("c", String.class, Integer.class)));
            long[] nanos = new long[drops * 2];
            int measured = 0;
            int between = drops / (restarts + 1);
            for (int i = 0; i < drops; i++) {
                if (i % between == between - 1 && i / between < restarts) {
                    server.restart();
                    Connected.await(memcached);
                }
                String key = "k" + i % 20;
                caches.forEach(cache -> cache.get(key, k -> source.get()));
                int now = source.incrementAndGet();
                drop(caches.get(i % 3), key, i);
                long start = System.nanoTime();
                for (int other = 1; other < 3; other++) {
                    nanos[measured++] = seen(caches.get((i + other) % 3), key, now, start);
                }
            }
            Arrays.sort(nanos);
            assertThat(nanos[nanos.length - 1]).as("lost").isLessThan(LOST);
            return "drops seen by two other caches, journal read every 25 ms, " + restarts + " restarts: "
                    + nanos.length
                    + " of " + nanos.length + ", p50 " + millis(nanos, 50) + " ms, p99 " + millis(nanos, 99)
                    + " ms, longest " + nanos[nanos.length - 1] / 1_000_000 + " ms; 0 lost";
        } finally {
            open.forEach(Caches::close);
        }
    }

    private static void drop(Cache<String, Integer> cache, String key, int round) {
        if (round % 10 == 9) {
            cache.clear();
        } else {
            cache.invalidate(key);
        }
    }

    private long seen(Cache<String, Integer> cache, String key, int now, long start) {
        while (cache.get(key, k -> source.get()) < now) {
            if (System.nanoTime() - start > LOST) {
                return Long.MAX_VALUE;
            }
            LockSupport.parkNanos(500_000);
        }
        return System.nanoTime() - start;
    }

    private static long millis(long[] sorted, int percent) {
        return sorted[(sorted.length - 1) * percent / 100] / 1_000_000;
    }
}
