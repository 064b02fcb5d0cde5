package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.cache.spi.SharedNode;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.LoadSignal;
import dev.headroom.load.SignalLoadFeedback;
import dev.headroom.meter.Readings;
import dev.headroom.transaction.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What happens when the shared tier, another JVM or the source fails. */
@Tag("one-jdk")
class SharedFaultTest {
    private final InMemorySharedTier tier = new InMemorySharedTier();
    private final List<Caches> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(Caches::close);
    }

    @Test
    void withoutTheTierEachJvmLoadsForItself() {
        Cache<String, String> one = node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
        Cache<String, String> other = node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
        tier.down(true);
        assertThat(one.get("k", k -> "1")).isEqualTo("1");
        assertThat(one.get("k", k -> "2")).isEqualTo("1");
        assertThat(other.get("k", k -> "2")).isEqualTo("2");
        tier.down(false);
        one.get("another", k -> "1");
        assertThat(one.get("k", k -> "3")).isEqualTo("3");
        assertThat(other.get("another", k -> "2")).isEqualTo("1");
        assertThat(other.get("k", k -> "4")).isEqualTo("3");
    }

    @Test
    void anInvalidationThatCouldNotReachTheTierComesBeforeWhatIsReadThere() {
        Cache<String, String> one = node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
        one.get("k", k -> "old");
        one.get("other", k -> "old");
        tier.down(true);
        one.invalidate("k");
        assertThat(one.peek("k")).isEmpty();
        tier.down(false);
        assertThat(one.get("k", k -> "new")).isEqualTo("new");

        tier.down(true);
        one.clear();
        tier.down(false);
        assertThat(one.get("other", k -> "new")).isEqualTo("new");
    }

    @Test
    void tooManyLostInvalidationsBecomeOneOfTheWholeCache() {
        Cache<String, String> one = node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
        one.get("untouched", k -> "old");
        tier.down(true);
        for (int i = 0; i <= 10_000; i++) {
            one.invalidate("k" + i);
        }
        tier.down(false);
        Cache<String, String> other = node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
        eventually().until(() -> other.get("untouched", k -> "new").equals("new"));
    }

    @Test
    void aStaleValueIsServedByAllWhileOneRefreshes() {
        Duration fresh = Duration.ofSeconds(2);
        Cache<String, Integer> one = numbers(fresh, Duration.ofMinutes(1));
        Cache<String, Integer> other = numbers(fresh, Duration.ofMinutes(1));
        AtomicInteger loads = new AtomicInteger();
        assertThat(one.get("k", k -> loads.incrementAndGet())).isEqualTo(1);
        assertThat(other.get("k", k -> loads.incrementAndGet())).isEqualTo(1);
        eventually()
                .until(() -> one.peek("k").map(Lookup::state).orElse(null) == Lookup.State.STALE
                        && other.peek("k").map(Lookup::state).orElse(null) == Lookup.State.STALE);
        Loader<String, Integer> slow = k -> {
            int number = loads.incrementAndGet();
            TimeUnit.MILLISECONDS.sleep(200);
            return number;
        };
        assertThat(one.get("k", slow)).isEqualTo(1);
        assertThat(other.get("k", slow)).isEqualTo(1);
        eventually().until(() -> one.get("k", slow) == 2);
    }

    @Test
    void aStaleValueInHandIsServedThoughTheNodeCanNotBeToldOfTheFailure() {
        ManualClock clock = new ManualClock();
        AtomicBoolean stopped = new AtomicBoolean();
        WatchedTier watched = new WatchedTier(new InMemorySharedTier(clock), operation -> {
            if (stopped.get()) {
                throw SharedTierException.unavailable("stopped");
            }
        });
        Cache<String, String> one = covering(watched, clock, String.class);
        Cache<String, String> other = covering(watched, clock, String.class);
        one.get("k", k -> "1");
        clock.advance(Duration.ofSeconds(11));
        assertThat(other.get("k", k -> {
                    stopped.set(true);
                    throw new IllegalStateException("down");
                }))
                .isEqualTo("1");
    }

    @Test
    void leasesOfFailedLoadsAreGivenBackTogether() {
        ManualClock clock = new ManualClock();
        WatchedTier watched = new WatchedTier(new InMemorySharedTier(clock), operation -> {});
        Cache<Integer, String> one = covering(watched, clock, Integer.class);
        Cache<Integer, String> other = covering(watched, clock, Integer.class);
        int keys = 500;
        for (int i = 0; i < keys; i++) {
            one.get(i, k -> "1");
        }
        clock.advance(Duration.ofSeconds(11));
        for (int i = 0; i < keys; i++) {
            assertThat(other.get(i, k -> {
                        throw new IllegalStateException("down");
                    }))
                    .isEqualTo("1");
        }
        eventually().until(() -> {
            clock.advance(Duration.ofSeconds(1));
            return one.get(keys - 1, k -> "2").equals("2");
        });
        assertThat(watched.asked("release")).isZero();
        assertThat(watched.asked("releaseAll")).isBetween(1L, keys / 2L);
    }

    private <K> Cache<K, String> covering(SharedTier shared, ManualClock clock, Class<K> keys) {
        Caches caches = Caches.builder()
                .shared(shared)
                .clock(clock)
                .defaults(options -> options.fresh(Duration.ofSeconds(10))
                        .staleIfError(Duration.ofHours(1))
                        .jitter(0))
                .build();
        open.add(caches);
        return caches.cache("c", keys, String.class);
    }

    @Test
    void aStaleValueOfAnotherJvmCoversASourceThatFails() {
        Cache<String, String> one = node(Duration.ofMillis(100), Duration.ZERO, Duration.ofMinutes(1));
        one.get("k", k -> "1");
        eventually().until(() -> one.peek("k").map(Lookup::state).orElse(null) == Lookup.State.STALE);
        Cache<String, String> other = node(Duration.ofMillis(100), Duration.ZERO, Duration.ofMinutes(1));
        AtomicInteger calls = new AtomicInteger();
        Loader<String, String> failing = k -> {
            calls.incrementAndGet();
            throw new IllegalStateException("down");
        };
        for (int i = 0; i < 20; i++) {
            assertThat(other.get("k", failing)).isEqualTo("1");
            assertThat(one.get("k", failing)).isEqualTo("1");
        }
        assertThat(calls.get()).isBetween(1, 6);
        eventually().until(() -> other.get("k", k -> "2").equals("2"));
    }

    /** Nobody has to find out first that who failed to refresh it is dead. */
    @Test
    void theLeaseOfARefreshThatFailedIsGivenBackWhenSomebodyMayTryAgain() {
        WatchedTier watched = new WatchedTier(operation -> {});
        Cache<String, String> one = failing(watched, Duration.ofSeconds(10));
        Cache<String, String> other = failing(watched, Duration.ofMillis(500));
        Cache<String, String> another = failing(watched, Duration.ofMillis(500));
        one.get("k", k -> "1");
        eventually().until(() -> one.peek("k").map(Lookup::state).orElse(null) == Lookup.State.STALE);
        assertThat(other.get("k", k -> {
                    throw new IllegalStateException("down");
                }))
                .isEqualTo("1");
        eventually().until(() -> another.get("k", k -> "2").equals("2"));
        eventually().until(() -> one.get("k", k -> "3").equals("2"));
        assertThat(watched.asked("takeOver")).isZero();
    }

    @Test
    void whatMustNotBeServedIsLoadedThoughARefreshOfItHasFailed() {
        Cache<String, String> one = failing(tier, Duration.ofMinutes(5));
        Cache<String, String> other = failing(tier, Duration.ofMinutes(5));
        one.get("k", k -> "1");
        eventually().until(() -> one.peek("k").map(Lookup::state).orElse(null) == Lookup.State.STALE);
        assertThat(one.get("k", k -> {
                    throw new IllegalStateException("down");
                }))
                .isEqualTo("1");
        one.clear();
        assertThat(other.get("k", k -> "2")).isEqualTo("2");
        assertThat(one.get("k", k -> "3")).isEqualTo("2");
    }

    private Cache<String, String> failing(SharedTier tier, Duration retryAfterError) {
        Caches caches = Caches.builder()
                .shared(tier)
                .defaults(options -> options.fresh(Duration.ofSeconds(1))
                        .staleIfError(Duration.ofMinutes(5))
                        .retryAfterError(retryAfterError)
                        .localFresh(Duration.ofMillis(100))
                        .jitter(0))
                .build();
        open.add(caches);
        return caches.cache("c", String.class, String.class);
    }

    @Test
    void theLeaseOfAJvmThatDiedIsTakenOver() {
        Cache<String, String> one = node(Duration.ofMillis(100), Duration.ZERO, Duration.ofMinutes(1));
        one.get("k", k -> "1");
        SharedNode node = tier.node("k");
        String key = "headroom:c:v1:tlv1:s:k";
        long version = node.readAll(List.of(key)).get(key).version();
        assertThat(node.lease(key, version, Duration.ofSeconds(2)).lease()).isNotNull();
        eventually().until(() -> one.get("k", k -> "2").equals("2"));

        assertThat(node.readOrLease("headroom:c:v1:tlv1:s:cold", Duration.ofSeconds(2), List.of())
                        .lease())
                .isNotNull();
        assertThat(one.get("cold", k -> "1")).isEqualTo("1");
    }

    @Test
    void aLongLoadKeepsItsLease() {
        Cache<String, String> one = node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
        String loaded = one.get("k", k -> {
            TimeUnit.SECONDS.sleep(3);
            return "1";
        });
        assertThat(loaded).isEqualTo("1");
        assertThat(node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO).get("k", k -> "2"))
                .isEqualTo("1");
    }

    @Test
    void aRestartOfTheTierLosesValuesAndNothingElse() {
        Cache<String, String> one = node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
        Cache<String, String> other = node(Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
        String value = one.get("k", k -> {
            tier.restart();
            return "1";
        });
        assertThat(value).isEqualTo("1");
        assertThat(other.get("k", k -> "2")).isEqualTo("2");
        tier.restart();
        other.invalidate("k");
        assertThat(other.get("k", k -> "3")).isEqualTo("3");
        eventually().until(() -> one.get("k", k -> "4").equals("3"));
    }

    @Test
    void whatWasLoadedAcrossARestartIsNotHeld() throws Exception {
        Cache<String, String> one = rarelyCompared();
        Cache<String, String> other = rarelyCompared();
        one.get("witness", k -> "1");
        tier.down(true);
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        CompletableFuture<String> load = CompletableFuture.supplyAsync(() -> one.get("k", k -> {
            loading.countDown();
            finish.await();
            return "old";
        }));
        loading.await();
        tier.down(false);
        tier.restart();
        other.invalidate("k");
        eventually().until(() -> one.get("witness", k -> "2").equals("2"));
        finish.countDown();
        assertThat(load.get(20, TimeUnit.SECONDS)).isEqualTo("old");
        assertThat(one.get("k", k -> "new")).isEqualTo("new");
    }

    @Test
    void underPressureWhatIsStaleInTheTierIsServedAndNotRefreshed() {
        double[] pressure = {0};
        ManualClock clock = new ManualClock();
        SignalLoadFeedback load = new SignalLoadFeedback(Duration.ofNanos(1), clock);
        load.register(LoadSignal.of("test", () -> pressure[0]));
        Cache<String, String> one = node(Duration.ofMillis(100), Duration.ZERO, Duration.ofMinutes(5));
        Caches pressed = caches(Duration.ofMillis(100), Duration.ZERO, Duration.ofMinutes(5));
        CountingMeters meters = new CountingMeters();
        pressed.connect(new Contracts(
                meters, Readings.none(), load, Consistency.none(), Transactions.immediate(), LocalBackground.create()));
        Cache<String, String> other = pressed.cache("c", String.class, String.class);
        one.get("k", k -> "1");
        eventually().until(() -> one.peek("k").map(Lookup::state).orElse(null) == Lookup.State.STALE);
        pressure[0] = 9;
        clock.advance(Duration.ofSeconds(1));
        assertThat(other.get("k", k -> "2")).isEqualTo("1");
        assertThat(other.get("k", k -> "3")).isEqualTo("1");
        assertThat(meters.count(CacheMeters.STALE, "cache", "c", "reason", "pressure"))
                .isEqualTo(2);
        assertThat(other.stats().loads()).isZero();
        pressure[0] = 0;
        clock.advance(Duration.ofMinutes(10)); // it falls slowly
        assertThat(other.get("k", k -> "4")).isEqualTo("4");
    }

    private Cache<String, String> rarelyCompared() {
        Caches caches = Caches.builder()
                .shared(tier)
                .defaults(options -> options.localFresh(Duration.ofMinutes(5)))
                .build();
        open.add(caches);
        return caches.cache("c", String.class, String.class);
    }

    private Cache<String, String> node(Duration fresh, Duration whileRevalidating, Duration ifError) {
        return caches(fresh, whileRevalidating, ifError).cache("c", String.class, String.class);
    }

    private Cache<String, Integer> numbers(Duration fresh, Duration whileRevalidating) {
        return caches(fresh, whileRevalidating, Duration.ZERO).cache("c", String.class, Integer.class);
    }

    private Caches caches(Duration fresh, Duration whileRevalidating, Duration ifError) {
        Caches caches = Caches.builder()
                .shared(tier)
                .cache(
                        "c",
                        options -> options.fresh(fresh)
                                .staleWhileRevalidate(whileRevalidating)
                                .staleIfError(ifError)
                                .retryAfterError(Duration.ofMillis(500))
                                .jitter(0))
                .build();
        open.add(caches);
        return caches;
    }

    private static ConditionFactory eventually() {
        return Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS);
    }
}
