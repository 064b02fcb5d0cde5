package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.LoadSignal;
import dev.headroom.load.SignalLoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.transaction.Transactions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FreshnessTest {
    private final ManualClock clock = new ManualClock();
    private final Deque<Runnable> refreshes = new ArrayDeque<>();
    private final AtomicInteger loads = new AtomicInteger();

    @Test
    void isFreshForItsTimeAndLoadsAfterIt() {
        Cache<String, Integer> cache = cache(options -> {});
        assertThat(cache.get("k", this::count)).isEqualTo(1);
        clock.advance(Duration.ofSeconds(59));
        assertThat(cache.get("k", this::count)).isEqualTo(1);
        clock.advance(Duration.ofSeconds(1));
        assertThat(cache.get("k", this::count)).isEqualTo(2);
    }

    @Test
    void servesAStaleValueWhileOneRefreshRuns() {
        Cache<String, Integer> cache = cache(options -> options.staleWhileRevalidate(Duration.ofSeconds(30)));
        cache.get("k", this::count);
        clock.advance(Duration.ofSeconds(70));
        for (int i = 0; i < 5; i++) {
            assertThat(cache.get("k", this::count)).isEqualTo(1);
        }
        assertThat(refreshes).hasSize(1);
        refreshes.remove().run();
        assertThat(cache.get("k", this::count)).isEqualTo(2);
        assertThat(cache.stats().staleHits()).isEqualTo(5);
        clock.advance(Duration.ofSeconds(91));
        assertThat(cache.get("k", this::count)).isEqualTo(3);
    }

    @Test
    void servesAStaleValueWhenLoadingFailsAndRestsBeforeItTriesAgain() {
        Cache<String, Integer> cache = cache(options -> options.staleIfError(Duration.ofHours(1)));
        cache.get("k", this::count);
        clock.advance(Duration.ofMinutes(2));
        assertThat(cache.get("k", this::fail)).isEqualTo(1);
        assertThat(cache.get("k", this::fail)).isEqualTo(1);
        assertThat(loads).hasValue(2);
        clock.advance(Duration.ofSeconds(1));
        assertThat(cache.get("k", this::fail)).isEqualTo(1);
        assertThat(loads).hasValue(3);
        clock.advance(Duration.ofSeconds(1));
        assertThat(cache.get("k", this::count)).isEqualTo(4);
    }

    @Test
    void failsOnceTheStaleValueIsTooOld() {
        Cache<String, Integer> cache = cache(options -> options.staleIfError(Duration.ofMinutes(5)));
        cache.get("k", this::count);
        clock.advance(Duration.ofMinutes(6));
        assertThatThrownBy(() -> cache.get("k", this::fail)).hasMessage("down");
    }

    @Test
    void aFailedBackgroundRefreshKeepsTheValueAndRests() {
        Cache<String, Integer> cache = cache(
                options -> options.staleWhileRevalidate(Duration.ofMinutes(5)).staleIfError(Duration.ofMinutes(5)));
        cache.get("k", this::count);
        clock.advance(Duration.ofSeconds(61));
        assertThat(cache.get("k", this::fail)).isEqualTo(1);
        refreshes.remove().run();
        assertThat(cache.get("k", this::fail)).isEqualTo(1);
        assertThat(refreshes).isEmpty();
        clock.advance(Duration.ofSeconds(2));
        assertThat(cache.get("k", this::count)).isEqualTo(1);
        assertThat(refreshes).hasSize(1);
    }

    @Test
    void aRejectedRefreshIsTriedAgainAtTheNextHit() {
        AtomicInteger rejected = new AtomicInteger();
        try (Caches caches = Caches.builder()
                .clock(clock)
                .refreshExecutor(work -> {
                    rejected.incrementAndGet();
                    throw new RejectedExecutionException("full");
                })
                .defaults(options ->
                        options.fresh(Duration.ofMinutes(1)).jitter(0).staleWhileRevalidate(Duration.ofMinutes(1)))
                .build()) {
            Cache<String, Integer> cache = caches.cache("c", String.class, Integer.class);
            cache.get("k", this::count);
            clock.advance(Duration.ofSeconds(61));
            assertThat(cache.get("k", this::count)).isEqualTo(1);
            assertThat(cache.get("k", this::count)).isEqualTo(1);
            assertThat(rejected).hasValue(2);
        }
    }

    @Test
    void keepsANullOnlyForItsOwnTime() {
        try (Caches caches = Caches.builder()
                .clock(clock)
                .cache("c", options -> options.negative(Duration.ofSeconds(10)).staleIfError(Duration.ofHours(1)))
                .build()) {
            Cache<String, Integer> cache = caches.cache("c", String.class, Integer.class);
            assertThat(cache.get("k", key -> null)).isNull();
            assertThat(cache.peek("k").map(Lookup::state)).contains(Lookup.State.NEGATIVE);
            assertThat(cache.get("k", this::count)).isNull();
            clock.advance(Duration.ofSeconds(10));
            assertThat(cache.get("k", this::count)).isEqualTo(1);
        }
    }

    @Test
    void doesNotKeepANullUnlessToldTo() {
        Cache<String, Integer> cache = cache(options -> {});
        assertThat(cache.get("k", key -> null)).isNull();
        assertThat(cache.get("k", this::count)).isEqualTo(1);
    }

    @Test
    void refreshesEarlyWhenAskedTo() {
        Cache<String, Integer> cache = cache(options -> options.earlyRefresh(0.8));
        cache.get("k", this::count);
        clock.advance(Duration.ofSeconds(47));
        cache.get("k", this::count);
        assertThat(refreshes).isEmpty();
        clock.advance(Duration.ofSeconds(1));
        assertThat(cache.get("k", this::count)).isEqualTo(1);
        refreshes.remove().run();
        assertThat(cache.get("k", this::count)).isEqualTo(2);
    }

    @Test
    void jitterShortensFreshnessAndNeverLengthensIt() {
        try (Caches caches = Caches.builder()
                .clock(clock)
                .cache("c", options -> options.fresh(Duration.ofSeconds(100)).jitter(0.2))
                .build()) {
            Cache<Integer, Integer> cache = caches.cache("c", Integer.class, Integer.class);
            for (int i = 0; i < 300; i++) {
                cache.put(i, i);
            }
            Set<Long> freshAt = new HashSet<>();
            for (int second = 0; second <= 100; second++) {
                freshAt.add((long) fresh(cache));
                if (second == 80) {
                    assertThat(fresh(cache)).isGreaterThan(290);
                }
                clock.advance(Duration.ofSeconds(1));
            }
            assertThat(fresh(cache)).isZero();
            assertThat(freshAt).hasSizeGreaterThan(10);
        }
    }

    @Test
    void underPressureServesStaleLongerAndStopsRefreshingEarly() {
        double[] pressure = {0};
        SignalLoadFeedback load = new SignalLoadFeedback(Duration.ofNanos(1), clock);
        load.register(LoadSignal.of("test", () -> pressure[0]));
        try (Caches caches =
                builder(options -> options.staleIfError(Duration.ofHours(1)).earlyRefresh(0.5))) {
            caches.connect(new Contracts(
                    Meters.none(),
                    Readings.none(),
                    load,
                    Consistency.none(),
                    Transactions.immediate(),
                    LocalBackground.create()));
            Cache<String, Integer> cache = caches.cache("c", String.class, Integer.class);
            cache.get("k", this::count);
            pressure[0] = 0.95;
            clock.advance(Duration.ofSeconds(40));
            assertThat(cache.get("k", this::count)).isEqualTo(1);
            assertThat(refreshes).isEmpty();
            clock.advance(Duration.ofMinutes(10));
            assertThat(cache.get("k", this::count)).isEqualTo(1);
            assertThat(loads).hasValue(1);
            clock.advance(Duration.ofHours(1));
            assertThat(cache.get("k", this::count)).isEqualTo(2);
        }
    }

    @Test
    void dropsWhatIsTooMuch() {
        Cache<String, Integer> cache = cache(options -> options.maximumSize(10));
        for (int i = 0; i < 100; i++) {
            cache.put("k" + i, i);
        }
        assertThat(cache.stats().evictions()).isEqualTo(90);
        assertThat(cache.stats().size()).isEqualTo(10);
    }

    private static int fresh(Cache<Integer, Integer> cache) {
        int fresh = 0;
        for (int i = 0; i < 300; i++) {
            fresh += cache.peek(i)
                            .filter(found -> found.state() == Lookup.State.FRESH)
                            .isPresent()
                    ? 1
                    : 0;
        }
        return fresh;
    }

    private Cache<String, Integer> cache(Consumer<CacheOptions.Builder> options) {
        return builder(options).cache("c", String.class, Integer.class);
    }

    private Caches builder(Consumer<CacheOptions.Builder> options) {
        return Caches.builder()
                .clock(clock)
                .refreshExecutor(refreshes::add)
                .cache("c", builder -> {
                    builder.fresh(Duration.ofMinutes(1)).jitter(0);
                    options.accept(builder);
                })
                .build();
    }

    private Integer count(String key) {
        return loads.incrementAndGet();
    }

    private Integer fail(String key) {
        loads.incrementAndGet();
        throw new IllegalStateException("down");
    }
}
