package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.cache.testing.InMemorySharedTier;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BulkTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final InMemorySharedTier tier = new InMemorySharedTier();
    private final List<Caches> open = new ArrayList<>();
    private final List<Set<Integer>> calls = new ArrayList<>();

    @AfterEach
    void close() {
        threads.shutdownNow();
        open.forEach(Caches::close);
    }

    @Test
    void whatIsMissingIsLoadedByOneCall() {
        Cache<Integer, String> cache = cache(false);
        cache.put(2, "two");
        assertThat(cache.getAll(List.of(1, 2, 3, 1), this::load))
                .containsExactly(Map.entry(1, "1"), Map.entry(2, "two"), Map.entry(3, "3"));
        assertThat(calls).containsExactly(Set.of(1, 3));
        cache.getAll(List.of(3, 2, 1), this::load);
        assertThat(calls).hasSize(1);
        assertThat(cache.get(1, key -> "not loaded")).isEqualTo("1");
    }

    @Test
    void whatHasNoValueIsKeptAsThat() {
        Cache<Integer, String> cache = cache(false);
        assertThat(cache.getAll(List.of(1, -2), this::load)).containsOnlyKeys(1);
        assertThat(cache.getAll(List.of(1, -2), this::load)).containsOnlyKeys(1);
        assertThat(calls).hasSize(1);
        assertThat(cache.get(-2, key -> "not loaded")).isNull();
    }

    @Test
    void aFailureIsEveryonesAndNothingIsStored() {
        Cache<Integer, String> cache = cache(true);
        assertThatThrownBy(() -> cache.getAll(List.of(1, 2), keys -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(cache.getAll(List.of(1, 2), this::load)).hasSize(2);
    }

    @Test
    void whatIsStaleCoversAFailureOfAllItsKeysOnly() {
        ManualClock clock = new ManualClock();
        Cache<Integer, String> cache = covering(Caches.builder().clock(clock));
        cache.getAll(List.of(1, 2), this::load);
        clock.advance(Duration.ofSeconds(11));
        BulkLoader<Integer, String> failing = keys -> {
            calls.add(new TreeSet<>(keys));
            throw new IOException("no");
        };
        assertThat(cache.getAll(List.of(1, 2), failing)).containsExactly(Map.entry(1, "1"), Map.entry(2, "2"));
        assertThat(calls).hasSize(2);
        assertThat(cache.getAll(List.of(1, 2), failing)).hasSize(2);
        assertThat(calls).as("nobody tries again for a while").hasSize(2);
        assertThatThrownBy(() -> cache.getAll(List.of(1, 2, 3), failing)).hasRootCauseMessage("no");
        clock.advance(Duration.ofMinutes(2));
        assertThatThrownBy(() -> cache.getAll(List.of(1, 2), failing)).hasRootCauseMessage("no");
        assertThat(cache.getAll(List.of(1, 2), this::load)).hasSize(2);
    }

    @Test
    void whatIsStaleInTheTierCoversAFailureToo() {
        ManualClock clock = new ManualClock();
        InMemorySharedTier aging = new InMemorySharedTier(clock);
        Cache<Integer, String> one = covering(Caches.builder().shared(aging).clock(clock));
        Cache<Integer, String> other = covering(Caches.builder().shared(aging).clock(clock));
        one.getAll(List.of(1, 2), this::load);
        clock.advance(Duration.ofSeconds(11));
        assertThat(other.getAll(List.of(1, 2), keys -> {
                    throw new IOException("no");
                }))
                .containsExactly(Map.entry(1, "1"), Map.entry(2, "2"));
    }

    @Test
    void whatIsServedStaleIsRefreshedTogether() {
        for (boolean fromTier : new boolean[] {false, true}) {
            calls.clear();
            ManualClock clock = new ManualClock();
            InMemorySharedTier aging = new InMemorySharedTier(clock);
            Cache<Integer, String> one = revalidating(Caches.builder().shared(aging), clock);
            Cache<Integer, String> reader =
                    fromTier ? revalidating(Caches.builder().shared(aging), clock) : one;
            one.getAll(List.of(1, 2, 3), keys -> Map.of(1, "old", 2, "old", 3, "old"));
            clock.advance(Duration.ofSeconds(11));
            BulkLoader<Integer, String> loader = this::loadedInBackground;
            assertThat(reader.getAll(List.of(1, 2, 3), loader).values()).containsOnly("old");
            Awaitility.await().until(() -> reader.peek(2).orElseThrow().value().equals("2"));
            assertThat(reader.getAll(List.of(1, 2, 3), loader))
                    .containsEntry(1, "1")
                    .containsEntry(3, "3");
            synchronized (calls) {
                assertThat(calls).as("from the tier: %s", fromTier).containsExactly(Set.of(1, 2, 3));
            }
        }
    }

    @Test
    void aFailedRefreshOfSeveralIsNotTriedAgainForAWhile() {
        ManualClock clock = new ManualClock();
        Cache<Integer, String> cache = revalidating(Caches.builder(), clock);
        cache.getAll(List.of(1, 2), this::load);
        clock.advance(Duration.ofSeconds(11));
        CountDownLatch failed = new CountDownLatch(1);
        BulkLoader<Integer, String> failing = keys -> {
            failed.countDown();
            throw new IOException("no");
        };
        assertThat(cache.getAll(List.of(1, 2), failing)).hasSize(2);
        Awaitility.await().until(() -> failed.getCount() == 0);
        assertThat(cache.getAll(List.of(1, 2), failing)).hasSize(2);
        Awaitility.await().pollInterval(Duration.ofMillis(200)).until(() -> {
            clock.advance(Duration.ofMillis(1100));
            assertThat(cache.getAll(List.of(1, 2), this::loadedInBackground)).hasSize(2);
            synchronized (calls) {
                return calls.size() == 2;
            }
        });
    }

    private Map<Integer, String> loadedInBackground(Set<Integer> keys) {
        synchronized (calls) {
            return load(keys);
        }
    }

    private Cache<Integer, String> revalidating(CachesBuilder builder, ManualClock clock) {
        Caches caches = builder.clock(clock)
                .defaults(options -> options.fresh(Duration.ofSeconds(10))
                        .staleWhileRevalidate(Duration.ofMinutes(1))
                        .staleIfError(Duration.ofMinutes(1))
                        .jitter(0))
                .build();
        open.add(caches);
        return caches.cache("c", Integer.class, String.class);
    }

    private Cache<Integer, String> covering(CachesBuilder builder) {
        Caches caches = builder.defaults(options -> options.fresh(Duration.ofSeconds(10))
                        .staleIfError(Duration.ofMinutes(1))
                        .jitter(0))
                .build();
        open.add(caches);
        return caches.cache("c", Integer.class, String.class);
    }

    @Test
    void otherJvmsLoadOnlyWhatIsLeft() {
        Cache<Integer, String> one = cache(true);
        Cache<Integer, String> other = cache(true);
        one.getAll(List.of(1, 2), this::load);
        assertThat(other.getAll(List.of(1, 2, 3), this::load)).hasSize(3);
        assertThat(calls).containsExactly(Set.of(1, 2), Set.of(3));
        tier.down(true);
        assertThat(other.getAll(List.of(3, 4, 5), this::load)).hasSize(3);
        assertThat(calls).hasSize(3);
    }

    @Test
    void keysInCommonAreLoadedOnceAmongSeveralJvms() throws Exception {
        List<Cache<Integer, String>> nodes = List.of(cache(true), cache(true), cache(true));
        Map<Integer, Integer> loads = new TreeMap<>();
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Map<Integer, String>>> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int first = i;
            Cache<Integer, String> node = nodes.get(i % 3);
            List<Integer> keys = new ArrayList<>();
            for (int key = first; key < first + 10; key++) {
                keys.add(key);
            }
            answers.add(threads.submit(() -> {
                go.await();
                return node.getAll(keys, wanted -> {
                    TimeUnit.MILLISECONDS.sleep(20);
                    synchronized (loads) {
                        wanted.forEach(key -> loads.merge(key, 1, Integer::sum));
                    }
                    Map<Integer, String> values = new TreeMap<>();
                    wanted.forEach(key -> values.put(key, "" + key));
                    return values;
                });
            }));
        }
        go.countDown();
        for (int i = 0; i < 12; i++) {
            assertThat(answers.get(i).get(30, TimeUnit.SECONDS)).hasSize(10).containsEntry(i, "" + i);
        }
        assertThat(loads).hasSize(21);
        assertThat(loads.values()).containsOnly(1);
    }

    @Test
    void aHundredKeysTakeAsManyRoundsAsOne() {
        WatchedTier watched = new WatchedTier(operation -> {});
        try (Caches caches = Caches.builder()
                        .shared(watched)
                        .journalEvery(Duration.ZERO)
                        .build();
                Caches others = Caches.builder()
                        .shared(watched)
                        .journalEvery(Duration.ZERO)
                        .build()) {
            List<Integer> keys = IntStream.range(1, 101).boxed().toList();
            assertThat(caches.cache("c", Integer.class, String.class).getAll(keys, this::load))
                    .hasSize(100);
            assertThat(watched.asked("readOrLeaseAll")).isEqualTo(1);
            assertThat(watched.asked("storeAllIf")).isEqualTo(1);
            watched.asked.removeIf("heartbeatAll"::equals); // as many as the load is slow
            assertThat(watched.asked.size()).isLessThan(15);
            watched.asked.clear();
            assertThat(others.cache("c", Integer.class, String.class).getAll(keys, this::load))
                    .hasSize(100);
            // Who comes the first time looks first whether the nodes are those they were.
            assertThat(watched.asked).containsExactly("records", "readOrLeaseAll");
        }
        assertThat(calls).hasSize(1);
    }

    /** A router may have to ask its primary for it. */
    @Test
    void thePositionOfTheRequestIsAskedForOnce() {
        Positions positions = new Positions("newest");
        positions.current = "p1";
        for (boolean shared : new boolean[] {false, true}) {
            Cache<Integer, String> cache = cache(shared);
            open.get(open.size() - 1).connect(new CountingMeters().contracts(positions));
            positions.asked.set(0);
            cache.getAll(IntStream.range(1, 101).boxed().toList(), this::load);
            assertThat(positions.asked).as("shared: %s", shared).hasValue(1);
            assertThat(positions.within).containsOnly("p1");
        }
    }

    @Test
    void whoWaitsForAHundredKeysAsksForAllTogether() throws Exception {
        WatchedTier watched = new WatchedTier(operation -> {});
        try (Caches caches = Caches.builder()
                        .shared(watched)
                        .journalEvery(Duration.ZERO)
                        .build();
                Caches others = Caches.builder()
                        .shared(watched)
                        .journalEvery(Duration.ZERO)
                        .build()) {
            List<Integer> keys = IntStream.range(1, 101).boxed().toList();
            Cache<Integer, String> cache = caches.cache("c", Integer.class, String.class);
            cache.getAll(keys, this::load);
            cache.clear(); // what was dropped is still there, and leased
            CountDownLatch loading = new CountDownLatch(1);
            CountDownLatch finish = new CountDownLatch(1);
            Future<?> load = threads.submit(() -> cache.getAll(keys, wanted -> {
                loading.countDown();
                finish.await();
                return load(wanted);
            }));
            assertThat(loading.await(20, TimeUnit.SECONDS)).isTrue();
            watched.asked.clear();
            Future<Map<Integer, String>> waiting = threads.submit(
                    () -> others.cache("c", Integer.class, String.class).getAll(keys, this::load));
            Awaitility.await().until(() -> watched.asked("readOrLeaseAll") >= 5);
            long records = watched.asked("records");
            long looks = watched.asked("readOrLeaseAll");
            finish.countDown();
            assertThat(waiting.get(20, TimeUnit.SECONDS)).hasSize(100);
            load.get(20, TimeUnit.SECONDS);
            assertThat(records).isLessThan(2 * looks + 10);
            assertThat(calls).hasSize(2);
        }
    }

    @Test
    void whoIsNotLetStoreLetsOthersGo() {
        AtomicBoolean busy = new AtomicBoolean(true);
        // Its clock stands still: no lease ends by itself.
        WatchedTier watched = new WatchedTier(new InMemorySharedTier(new ManualClock()), operation -> {
            if (operation.equals("storeAllIf") && busy.getAndSet(false)) {
                throw new SharedTierException(SharedTierException.Reason.NOT_ASKED, "busy", null);
            }
        });
        for (int i = 0; i < 3; i++) {
            Caches caches = Caches.builder()
                    .shared(watched)
                    .defaults(options -> options.waitAtMost(Duration.ofSeconds(3)))
                    .build();
            open.add(caches);
            assertThat(caches.cache("c", Integer.class, String.class).getAll(List.of(1, 2), this::load))
                    .hasSize(2);
        }
        assertThat(calls).containsExactly(Set.of(1, 2), Set.of(1, 2));
    }

    @Test
    void aBulkLoadIsOvertakenByAnInvalidation() throws Exception {
        Cache<Integer, String> cache = cache(true);
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Future<Map<Integer, String>> old = threads.submit(() -> cache.getAll(List.of(1, 2), keys -> {
            loading.countDown();
            finish.await();
            return Map.of(1, "old", 2, "kept");
        }));
        assertThat(loading.await(20, TimeUnit.SECONDS)).isTrue();
        cache.invalidate(1);
        finish.countDown();
        assertThat(old.get(20, TimeUnit.SECONDS)).containsEntry(1, "old");
        assertThat(cache.get(1, key -> "new")).isEqualTo("new");
        assertThat(cache.get(2, key -> "new")).isEqualTo("kept");
    }

    @Test
    void switchedOffEverythingIsLoaded() {
        Cache<Integer, String> cache = cache(false);
        open.get(0).mode(CacheMode.OFF);
        cache.getAll(List.of(1, 2), this::load);
        cache.getAll(List.of(1, 2), this::load);
        assertThat(calls).containsExactly(Set.of(1, 2), Set.of(1, 2));
        for (CacheMode mode : CacheMode.values()) {
            open.get(0).mode(mode);
            cache.clear();
            assertThat(cache.getAll(List.of(2, 1), keys -> Map.of(1, "1", 2, "2", 3, "not asked for")))
                    .as(mode.toString())
                    .containsExactly(Map.entry(2, "2"), Map.entry(1, "1"));
        }
    }

    private Map<Integer, String> load(Set<Integer> keys) {
        calls.add(new TreeSet<>(keys));
        Map<Integer, String> values = new TreeMap<>();
        keys.stream().filter(key -> key > 0).forEach(key -> values.put(key, "" + key));
        return values;
    }

    private Cache<Integer, String> cache(boolean shared) {
        CachesBuilder builder = Caches.builder().defaults(options -> options.negative(Duration.ofMinutes(1)));
        Caches caches = (shared ? builder.shared(tier) : builder).build();
        open.add(caches);
        return caches.cache("c", Integer.class, String.class);
    }
}
