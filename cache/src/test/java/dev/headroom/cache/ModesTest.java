package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.consistency.Consistency;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What switching does to calls that are under way, and what a cache that is switched off or naive still does. */
class ModesTest {
    private final Caches caches = Caches.builder()
            .maximumLoads(1)
            .defaults(options -> options.waitAtMost(Duration.ofMillis(100)))
            .build();
    private final Cache<String, String> cache = caches.cache("c", String.class, String.class);
    private final CountDownLatch loading = new CountDownLatch(1);
    private final CountDownLatch finish = new CountDownLatch(1);

    @AfterEach
    void close() {
        finish.countDown();
        caches.close();
    }

    @Test
    void aNaiveLoadThatAnInvalidationOvertookIsNotHeld() throws Exception {
        List<Consumer<Cache<String, String>>> drops = List.of(
                each -> each.invalidate("k"),
                each -> each.invalidateTag("t"),
                Cache::clear,
                each -> each.put("k", "new"));
        for (Consumer<Cache<String, String>> drop : drops) {
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            caches.mode(CacheMode.NAIVE);
            cache.invalidate("k");
            CompletableFuture<String> old = CompletableFuture.supplyAsync(() -> cache.get("k", (key, load) -> {
                load.tags("t");
                begun.countDown();
                end.await();
                return "old";
            }));
            begun.await();
            caches.mode(CacheMode.ON);
            drop.accept(cache);
            end.countDown();
            assertThat(old.get(20, TimeUnit.SECONDS)).isEqualTo("old");
            assertThat(cache.get("k", key -> "new")).isEqualTo("new");
        }
    }

    @Test
    void switchedOffSeveralKeysWaitForNoPlaceAndNothingOfThemIsCountedAsKept() throws Exception {
        CountingMeters meters = new CountingMeters();
        caches.connect(meters.contracts(Consistency.none()));
        CompletableFuture<String> slow = CompletableFuture.supplyAsync(() -> cache.get("slow", key -> {
            loading.countDown();
            finish.await();
            return "";
        }));
        loading.await();
        caches.mode(CacheMode.OFF);
        assertThat(cache.getAll(List.of("a", "b"), keys -> Map.of("a", "1", "b", "2")))
                .isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(meters.count(CacheMeters.LOADS, "cache", "c", "result", "unstored"))
                .isOne();
        assertThat(meters.count(CacheMeters.LOADS, "cache", "c", "result", "stored"))
                .isZero();
        finish.countDown();
        slow.get(20, TimeUnit.SECONDS);
    }

    @Test
    void naiveReadsOfSeveralKeysServeWhatIsFreshAndKeepTheRest() {
        caches.mode(CacheMode.NAIVE);
        cache.put("a", "1");
        assertThat(cache.getAll(List.of("a", "b"), keys -> Map.of("a", "2", "b", "2")))
                .isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(cache.getAll(List.of("a", "b"), keys -> Map.of("a", "3", "b", "3")))
                .isEqualTo(Map.of("a", "1", "b", "2"));
        assertThat(cache.get("b", key -> "4")).isEqualTo("2");
    }
}
