package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.testing.InMemorySharedTier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long a call for several keys waits. */
class BulkTimeoutTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ManualClock clock = new ManualClock();
    private final CountDownLatch finish = new CountDownLatch(1);
    private Caches caches;

    @AfterEach
    void close() {
        finish.countDown();
        threads.shutdownNow();
        caches.close();
    }

    @Test
    void theHardTimeoutLeavesALoadThatEndsInTheBackground() {
        Cache<Integer, String> cache = cache(options -> options.hardTimeout(Duration.ofMillis(50)));
        assertThatThrownBy(() -> cache.getAll(List.of(1, 2), keys -> {
                    finish.await();
                    return Map.of(1, "1", 2, "2");
                }))
                .isInstanceOf(CacheTimeoutException.class);
        finish.countDown();
        Awaitility.await()
                .until(() -> cache.peek(1).isPresent() && cache.peek(2).isPresent());
        assertThat(cache.getAll(List.of(1, 2), keys -> Map.of())).isEqualTo(Map.of(1, "1", 2, "2"));
    }

    @Test
    void theSoftTimeoutServesWhatIsStale() {
        Cache<Integer, String> cache =
                cache(options -> options.softTimeout(Duration.ofMillis(50)).staleIfError(Duration.ofHours(1)));
        cache.put(1, "stale");
        cache.put(2, "stale");
        clock.advance(Duration.ofMinutes(2));
        assertThat(cache.getAll(List.of(1, 2), keys -> {
                    finish.await();
                    return Map.of(1, "new", 2, "new");
                }))
                .isEqualTo(Map.of(1, "stale", 2, "stale"));
        finish.countDown();
        Awaitility.await().until(() -> cache.peek(1).orElseThrow().value().equals("new"));
    }

    /** Twenty waits of one after the other would be twenty seconds. */
    @Test
    void theKeysThatOthersLoadAreWaitedForTogether() throws Exception {
        Cache<Integer, String> cache =
                cache(options -> options.waitAtMost(Duration.ofSeconds(1)).staleIfError(Duration.ofHours(1)));
        List<Integer> keys = IntStream.range(0, 20).boxed().toList();
        keys.forEach(key -> cache.put(key, "stale"));
        clock.advance(Duration.ofMinutes(2));
        CountDownLatch loading = new CountDownLatch(keys.size());
        keys.forEach(key -> threads.execute(() -> cache.get(key, k -> {
            loading.countDown();
            finish.await();
            return "new";
        })));
        loading.await();
        long start = System.nanoTime();
        assertThat(cache.getAll(keys, missing -> Map.of()).values()).containsOnly("stale");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }

    /** While this caller loads its own keys for longer than it would wait, another JVM's load of the last one ends. */
    @Test
    void othersLoadsAreWaitedForAfterwardsHoweverLongTheOwnOneTook() throws Exception {
        InMemorySharedTier tier = new InMemorySharedTier();
        Consumer<CacheOptions.Builder> options = each -> each.waitAtMost(Duration.ofMillis(300));
        Cache<Integer, String> cache = cache(options, tier);
        try (Caches others = Caches.builder().shared(tier).build()) {
            Cache<Integer, String> other = others.cache("c", Integer.class, String.class);
            CountDownLatch loading = new CountDownLatch(1);
            Future<String> last = threads.submit(() -> other.get(9, key -> {
                loading.countDown();
                finish.await();
                return "9";
            }));
            loading.await();
            assertThat(cache.getAll(List.of(1, 9), keys -> {
                        assertThat(keys).containsExactly(1);
                        TimeUnit.MILLISECONDS.sleep(400); // that is the point
                        finish.countDown();
                        last.get();
                        return Map.of(1, "1");
                    }))
                    .isEqualTo(Map.of(1, "1", 9, "9"));
        }
    }

    private Cache<Integer, String> cache(Consumer<CacheOptions.Builder> options, SharedTier tier) {
        caches = Caches.builder().shared(tier).defaults(options).build();
        return caches.cache("c", Integer.class, String.class);
    }

    private Cache<Integer, String> cache(Consumer<CacheOptions.Builder> options) {
        caches = Caches.builder()
                .clock(clock)
                .defaults(
                        each -> options.accept(each.fresh(Duration.ofMinutes(1)).jitter(0)))
                .build();
        return caches.cache("c", Integer.class, String.class);
    }
}
