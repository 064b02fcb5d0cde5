package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.config.ConfigurationException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A source that has failed is left alone for a while, even if there is nothing to serve in the value's place. */
class FailureBackoffTest {
    private final ManualClock clock = new ManualClock();
    private final AtomicInteger calls = new AtomicInteger();
    private final Loader<String, String> failing = key -> {
        throw new IOException("failure " + calls.incrementAndGet());
    };

    @Test
    void theSameFailureIsThrownAgainUntilItsTimeIsOver() {
        try (Caches caches = caches(Duration.ofSeconds(5))) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 1");
            }
            assertThatThrownBy(() -> cache.getAsync("k", failing, Runnable::run).join())
                    .hasRootCauseMessage("failure 1");
            assertThat(cache.stats().loadFailures()).isEqualTo(1);
            assertThat(cache.get("another", key -> "1")).isEqualTo("1");
            clock.advance(Duration.ofSeconds(5));
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 2");
            clock.advance(Duration.ofSeconds(5));
            assertThat(cache.get("k", key -> "1")).isEqualTo("1");
        }
    }

    @Test
    void invalidationsAndRefreshesEndIt() {
        try (Caches caches = caches(Duration.ofHours(1))) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            Runnable[] ends = {
                () -> cache.invalidate("k"),
                cache::clear,
                () -> cache.invalidateTag("t"),
                () -> cache.refresh("k", key -> "1")
            };
            for (Runnable end : ends) {
                cache.invalidate("k");
                assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseInstanceOf(IOException.class);
                end.run();
                assertThat(cache.get("k", key -> "1")).isEqualTo("1");
            }
        }
    }

    @Test
    void aValueThatComesAnotherWayEndsIt() {
        SharedTier tier = new InMemorySharedTier(clock);
        try (Caches caches = caches(tier, Duration.ofHours(2));
                Caches others = caches(tier, Duration.ofHours(2))) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 1");
            others.cache("c", String.class, String.class).get("k", key -> "1");
            assertThat(cache.get("k", failing)).isEqualTo("1");
            clock.advance(Duration.ofHours(1)); // it is not fresh any more
            assertThat(cache.get("k", key -> "2")).isEqualTo("2");
        }
    }

    @Test
    void theFailureOfALoadThatAnInvalidationHasOvertakenIsNotRemembered() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (Caches caches = caches(Duration.ofHours(1))) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            List<Runnable> invalidations =
                    List.of(() -> cache.invalidate("k"), cache::clear, () -> cache.put("k", "0"));
            for (Runnable invalidation : invalidations) {
                CountDownLatch loading = new CountDownLatch(1);
                CountDownLatch fail = new CountDownLatch(1);
                Future<String> late = threads.submit(() -> cache.get("k", key -> {
                    loading.countDown();
                    fail.await();
                    throw new IOException("late");
                }));
                assertThat(loading.await(20, TimeUnit.SECONDS)).isTrue();
                invalidation.run();
                fail.countDown();
                assertThatThrownBy(() -> late.get(20, TimeUnit.SECONDS)).hasRootCauseMessage("late");
                clock.advance(Duration.ofMinutes(10)); // what was put is not fresh any more
                assertThat(cache.get("k", key -> "1")).isEqualTo("1");
                cache.invalidate("k");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void meanwhileTheTierIsReadAndNoLeaseIsTaken() {
        WatchedTier watched = new WatchedTier(new InMemorySharedTier(clock), operation -> {});
        try (Caches caches = caches(watched, Duration.ofHours(1));
                Caches others = caches(watched, Duration.ofHours(1))) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            Cache<String, String> other = others.cache("c", String.class, String.class);
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 1");
            watched.asked.clear();
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 1");
            assertThat(watched.asked).doesNotContain("readOrLease", "release");
            other.get("k", key -> "1");
            clock.advance(Duration.ofMinutes(10)); // it may still cover errors
            watched.asked.clear();
            assertThat(cache.get("k", failing)).isEqualTo("1");
            assertThat(watched.asked).doesNotContain("readOrLease", "lease", "release");
            assertThat(other.get("k", key -> "2")).isEqualTo("2");
            clock.advance(Duration.ofSeconds(2));
            assertThat(cache.get("k", failing)).isEqualTo("2");
            clock.advance(Duration.ofMinutes(10));
            assertThat(cache.get("k", key -> "3")).isEqualTo("3");
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void severalKeysLeaveTheirSourceAloneToo() {
        for (CacheMode mode : new CacheMode[] {null, CacheMode.ON, CacheMode.NAIVE}) {
            calls.set(0);
            Duration backoff = Duration.ofSeconds(5);
            try (Caches caches = mode == null ? caches(backoff) : alone(backoff)) {
                caches.mode(mode == null ? CacheMode.ON : mode);
                Cache<String, String> cache = caches.cache("c", String.class, String.class);
                List<Set<String>> asked = new ArrayList<>();
                BulkLoader<String, String> several = keys -> {
                    asked.add(Set.copyOf(keys));
                    if (keys.contains("bad")) {
                        throw new IOException("failure " + calls.incrementAndGet());
                    }
                    return Map.of("good", "1", "other", "2");
                };
                assertThatThrownBy(() -> cache.getAll(List.of("bad", "worse"), several))
                        .hasRootCauseMessage("failure 1");
                assertThatThrownBy(() -> cache.get("worse", failing)).hasRootCauseMessage("failure 1");
                assertThatThrownBy(() -> cache.getAll(List.of("good", "worse", "other"), several))
                        .hasRootCauseMessage("failure 1");
                assertThat(asked).containsExactly(Set.of("bad", "worse"), Set.of("good", "other"));
                assertThat(cache.get("good", failing)).as("what was beside it").isEqualTo("1");
                clock.advance(Duration.ofSeconds(5));
                assertThatThrownBy(() -> cache.getAll(List.of("bad"), several)).hasRootCauseMessage("failure 2");
            }
        }
    }

    @Test
    void nobodyWaitsForOthersWithAKeyWhoseSourceRests() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        for (boolean shared : new boolean[] {true, false}) {
            calls.set(0);
            CountDownLatch loading = new CountDownLatch(1);
            CountDownLatch go = new CountDownLatch(1);
            try (Caches caches = shared ? caches(Duration.ofHours(1)) : alone(Duration.ofHours(1))) {
                Cache<String, String> cache = caches.cache("c", String.class, String.class);
                assertThatThrownBy(() -> cache.get("bad", failing)).hasRootCauseMessage("failure 1");
                Future<Map<String, String>> several =
                        threads.submit(() -> cache.getAll(List.of("bad", "good"), keys -> {
                            assertThatThrownBy(() -> cache.get("bad", failing)).hasRootCauseMessage("failure 1");
                            loading.countDown();
                            go.await();
                            return Map.of("good", "1");
                        }));
                assertThat(loading.await(20, TimeUnit.SECONDS)).isTrue();
                assertThatThrownBy(() -> cache.get("bad", failing)).hasRootCauseMessage("failure 1");
                assertThat(several).isNotDone();
                go.countDown();
                assertThatThrownBy(() -> several.get(20, TimeUnit.SECONDS)).hasRootCauseMessage("failure 1");
                assertThat(cache.get("good", failing)).isEqualTo("1");
            } finally {
                go.countDown();
            }
        }
        threads.shutdownNow();
    }

    @Test
    void whatTheTierHasIsServedForSeveralKeys() {
        WatchedTier watched = new WatchedTier(new InMemorySharedTier(clock), operation -> {});
        try (Caches caches = caches(watched, Duration.ofHours(1));
                Caches others = caches(watched, Duration.ofHours(1))) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            BulkLoader<String, String> down = keys -> {
                throw new IOException("failure " + calls.incrementAndGet());
            };
            List<String> keys = List.of("k1", "k2", "k3");
            assertThatThrownBy(() -> cache.getAll(keys, down)).hasRootCauseMessage("failure 1");
            keys.forEach(key -> others.cache("c", String.class, String.class).get(key, k -> "1"));
            watched.asked.clear();
            assertThat(cache.getAll(keys, down).values()).containsExactly("1", "1", "1");
            assertThat(watched.asked("readAll")).isEqualTo(1);
            assertThat(watched.asked).doesNotContain("readOrLeaseAll", "leaseAll", "releaseAll");
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void withoutItEveryCallerTries() {
        try (Caches caches = caches(Duration.ZERO)) {
            Cache<String, String> cache = caches.cache("c", String.class, String.class);
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 1");
            assertThatThrownBy(() -> cache.get("k", failing)).hasRootCauseMessage("failure 2");
        }
    }

    @Test
    void refusesLessThanNothing() {
        assertThatThrownBy(() -> caches(Duration.ofSeconds(-1)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("failureBackoff");
    }

    private Caches alone(Duration backoff) {
        return Caches.builder()
                .clock(clock)
                .defaults(options -> options.failureBackoff(backoff))
                .build();
    }

    private Caches caches(Duration backoff) {
        return caches(new InMemorySharedTier(clock), backoff);
    }

    private Caches caches(SharedTier tier, Duration backoff) {
        return Caches.builder()
                .clock(clock)
                .shared(tier)
                .defaults(options -> options.failureBackoff(backoff).staleIfError(Duration.ofMinutes(30)))
                .build();
    }
}
