package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Headroom;
import dev.headroom.RequestContext;
import dev.headroom.config.ConfigurationException;
import dev.headroom.debug.DebugLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CachesTest {
    private final AtomicInteger loads = new AtomicInteger();

    @Test
    void offLoadsEveryTimeAndForgets() {
        try (Caches caches = Caches.withDefaults()) {
            Cache<String, Integer> cache = caches.cache("c", String.class, Integer.class);
            assertThat(cache.get("k", this::count)).isEqualTo(1);
            caches.mode(CacheMode.OFF);
            assertThat(cache.get("k", this::count)).isEqualTo(2);
            assertThat(cache.get("k", this::count)).isEqualTo(3);
            cache.put("k", 99);
            caches.mode(CacheMode.ON);
            assertThat(cache.get("k", this::count)).isEqualTo(4);
            assertThat(cache.get("k", this::count)).isEqualTo(4);
        }
    }

    @Test
    void naiveLetsEveryCallerLoad() {
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try (Caches caches =
                Caches.builder().mode(CacheMode.of("CACHE", "naive")).build()) {
            Cache<String, Integer> cache = caches.cache("c", String.class, Integer.class);
            CountDownLatch all = new CountDownLatch(20);
            List<CompletableFuture<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                callers.add(CompletableFuture.supplyAsync(
                        () -> cache.get("k", key -> {
                            all.countDown();
                            all.await();
                            return loads.incrementAndGet();
                        }),
                        threads));
            }
            callers.forEach(CompletableFuture::join);
            assertThat(loads).hasValue(20);
            cache.get("k", this::count);
            assertThat(loads).hasValue(20);
        } finally {
            threads.shutdownNow();
        }
        assertThatThrownBy(() -> CacheMode.of("CACHE", "yes"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("CACHE: yes (expected: on, naive or off)");
    }

    @Test
    void oneNameHasOnePairOfTypes() {
        try (Caches caches = Caches.withDefaults()) {
            Cache<String, List<String>> lists = caches.cache("c", String.class, new ValueType<List<String>>() {});
            assertThat(caches.cache("c", String.class, new ValueType<List<String>>() {}))
                    .isSameAs(lists);
            assertThatThrownBy(() -> caches.cache("c", Long.class, String.class))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("as before");
        }
    }

    @Test
    void refusesOptionsThatBreakTheirRule() {
        assertThatThrownBy(() -> Caches.builder().cache("c", options -> options.fresh(Duration.ZERO)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("fresh: PT0S (expected: > PT0S)");
        assertThatThrownBy(() -> Caches.builder().cache("c", options -> options.jitter(0.9)))
                .hasMessage("jitter: 0.9 (expected: 0.0 to 0.5)");
        assertThatThrownBy(() -> Caches.builder().cache("c", o -> {}).cache("c", o -> {}))
                .hasMessageContaining("a name not given before");
    }

    @Test
    void tellsTheDebugLogWhatItDid() throws Exception {
        List<String> lines = new ArrayList<>();
        DebugLog debug = new DebugLog() {
            @Override
            public boolean enabled() {
                return true;
            }

            @Override
            public void add(String area, String text, long nanos, @Nullable Throwable failure) {
                lines.add(area + ": " + text);
            }
        };
        try (Caches caches = Caches.withDefaults()) {
            Cache<String, Integer> cache = caches.cache("products", String.class, Integer.class);
            RequestContext.builder().debug(debug).build().call(() -> {
                cache.get("42", this::count);
                return cache.get("42", this::count);
            });
        }
        assertThat(lines)
                .containsExactly(
                        "cache: [products] 42 miss", "cache: [products] 42 load stored", "cache: [products] 42 hit");
    }

    @Test
    void showsAndObeysTheConsole() {
        Caches caches = Caches.withDefaults();
        try (Headroom headroom = Headroom.builder("test").plug(caches).build()) {
            Cache<String, Integer> cache = caches.cache("products", String.class, Integer.class);
            cache.get("k", this::count);
            cache.get("k", this::count);
            assertThat(headroom.load().pressures()).containsKey("cache.loads");
            assertThat(cache.stats().hitRate()).isEqualTo(0.5);
        }
        caches.close();
    }

    private Integer count(String key) {
        return loads.incrementAndGet();
    }
}
