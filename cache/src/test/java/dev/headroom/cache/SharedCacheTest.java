package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several caches on one memcached, as several JVMs have them. */
class SharedCacheTest {
    private static final Duration LONG = Duration.ofMinutes(5);
    private static MemcachedNode server;
    private static Memcached memcached;

    private final String name = "c" + UUID.randomUUID();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Caches> open = new ArrayList<>();

    @BeforeAll
    static void start() {
        server = MemcachedNode.start();
        memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5));
    }

    @AfterAll
    static void stop() {
        memcached.close();
        server.close();
    }

    @Test
    void whoWaitsInClassicModeWaitsBetweenLooksAndNotForEver() throws Exception {
        WatchedTier watched = new WatchedTier(MemcachedTier.on(memcached, LeaseMode.CLASSIC), operation -> {});
        Caches waiting = Caches.builder()
                .shared(watched)
                .namespace(LeaseMode.CLASSIC + name)
                .journalEvery(Duration.ZERO)
                .defaults(options -> options.waitAtMost(Duration.ofSeconds(4)))
                .build();
        open.add(waiting);
        Cache<String, String> one = node(LeaseMode.CLASSIC);
        one.get("k", (key, load) -> {
            load.tags("t");
            return "old";
        });
        one.invalidateTag("t");
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        Future<String> loaded = threads.submit(() -> one.get("k", key -> {
            loading.countDown();
            finish.await();
            return "new";
        }));
        assertThat(loading.await(20, TimeUnit.SECONDS)).isTrue();
        Cache<String, String> other = waiting.cache("c", String.class, String.class);
        Future<String> waits = threads.submit(() -> other.get("k", key -> "not loaded"));
        assertThatThrownBy(() -> waits.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(CacheTimeoutException.class);
        assertThat(watched.asked("readOrLease")).isBetween(2L, 300L);
        finish.countDown();
        assertThat(loaded.get(20, TimeUnit.SECONDS)).isEqualTo("new");
        assertThat(other.get("k", key -> "not loaded")).isEqualTo("new");
    }

    @AfterEach
    void close() {
        open.forEach(Caches::close);
        threads.shutdownNow();
    }

    @Test
    void aValuesOwnWindowsAndAgeHoldInEveryJvm() {
        EntryOptions own = EntryOptions.defaults()
                .withFresh(Duration.ofSeconds(2))
                .withStaleWhileRevalidate(LONG)
                .withJitter(0);
        Cache<String, String> one = node(LeaseMode.META);
        Cache<String, String> other = node(LeaseMode.META);
        Cache<String, String> third = node(LeaseMode.META);
        one.get("k", (key, load) -> {
            load.options(own);
            return "old";
        });
        assertThat(other.get("k", key -> "not loaded")).isEqualTo("old");
        Lookup.State stale = Lookup.State.STALE;
        Awaitility.await().until(() -> other.peek("k").map(Lookup::state).equals(Optional.of(stale)));
        assertThat(third.get("k", key -> "new")).isEqualTo("old");
        Awaitility.await().until(() -> third.get("k", key -> "new").equals("new"));
    }

    /** As it may happen to one that took a lease's place while a sign of life was given. */
    @Test
    void aValueThatWasGivenAnothersTimeIsNotTakenForFresh() {
        EntryOptions shortly =
                EntryOptions.defaults().withFresh(Duration.ofSeconds(5)).withJitter(0);
        Cache<String, String> one = node(LeaseMode.META);
        one.put("k", "old", shortly);
        one.put("as it is", "old", shortly);
        String key = LeaseMode.META + name + ":c:v1:tlv1:s:k";
        assertThat(memcached
                        .node(key)
                        .metaGet(key, "T3600")
                        .toCompletableFuture()
                        .join()
                        .code())
                .isEqualTo("HD");
        Cache<String, String> other = node(LeaseMode.META);
        assertThat(other.get("k", k -> "new")).isEqualTo("new");
        assertThat(other.get("as it is", k -> "new")).isEqualTo("old");
        assertThat(node(LeaseMode.META).get("k", k -> "newer")).isEqualTo("new");
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void oneLoadForAllJvms(LeaseMode mode) throws Exception {
        List<Cache<String, String>> nodes = List.of(node(mode), node(mode), node(mode), node(mode));
        for (int round = 0; round < 5; round++) {
            String key = "k" + round;
            AtomicInteger loads = new AtomicInteger();
            CountDownLatch go = new CountDownLatch(1);
            List<Future<String>> answers = new ArrayList<>();
            for (Cache<String, String> node : nodes) {
                for (int i = 0; i < 10; i++) {
                    answers.add(threads.submit(() -> {
                        go.await();
                        return node.get(key, k -> {
                            TimeUnit.MILLISECONDS.sleep(50);
                            return "v" + loads.incrementAndGet();
                        });
                    }));
                }
            }
            go.countDown();
            for (Future<String> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS)).isEqualTo("v1");
            }
            assertThat(loads).hasValue(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void anInvalidationDuringAnotherJvmsLoadIsNotOverwrittenByIt(LeaseMode mode) throws Exception {
        Cache<String, String> one = node(mode);
        Cache<String, String> other = node(mode);
        for (Consumer<Cache<String, String>> drop : List.<Consumer<Cache<String, String>>>of(
                cache -> cache.invalidate("k"), cache -> cache.clear(), cache -> cache.invalidateTag("t"))) {
            CountDownLatch loading = new CountDownLatch(1);
            CountDownLatch finish = new CountDownLatch(1);
            Future<String> old = threads.submit(() -> one.get("k", (k, context) -> {
                loading.countDown();
                finish.await();
                context.tags("t");
                return "old";
            }));
            assertThat(loading.await(20, TimeUnit.SECONDS)).isTrue();
            drop.accept(other);
            finish.countDown();
            assertThat(old.get(20, TimeUnit.SECONDS)).isEqualTo("old");
            assertThat(other.get("k", k -> "new")).isEqualTo("new");
            eventually().until(() -> one.get("k", k -> "newer").equals("new"));
            other.invalidate("k");
            one.invalidate("k");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void whatOneJvmDropsIsDroppedByAll(LeaseMode mode) {
        Cache<String, String> one = node(mode);
        Cache<String, String> other = node(mode);
        for (Consumer<Cache<String, String>> drop : List.<Consumer<Cache<String, String>>>of(
                cache -> cache.invalidate("k"), cache -> cache.clear(), cache -> cache.invalidateTag("t"))) {
            one.get("k", (k, context) -> context.tags("t") == null ? "" : "1");
            one.get("untagged", k -> "1");
            assertThat(other.get("k", k -> "not loaded")).isEqualTo("1");
            drop.accept(one);
            assertThat(one.get("k", k -> "2")).isEqualTo("2");
            eventually().until(() -> other.get("k", k -> "2").equals("2"));
            one.invalidate("k");
            other.invalidate("k");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void aTagDropsWhatBearsItAndNothingElse(LeaseMode mode) {
        Cache<String, String> one = node(mode);
        one.get("a", (k, context) -> context.tags("x", "y") == null ? "" : "1");
        one.get("b", (k, context) -> context.tags("y") == null ? "" : "1");
        one.invalidateTag("x");
        Cache<String, String> fresh = node(mode);
        assertThat(fresh.get("a", k -> "2")).isEqualTo("2");
        assertThat(fresh.get("b", k -> "2")).isEqualTo("1");
        assertThat(one.get("b", k -> "2")).isEqualTo("1");
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void aValuePutAndANullAreSharedAndAFailureIsNot(LeaseMode mode) {
        Cache<String, String> one = node(mode);
        Cache<String, String> other = node(mode);
        one.put("put", "1");
        assertThat(other.get("put", k -> "2")).isEqualTo("1");
        other.put("put", "3");
        eventually().until(() -> one.get("put", k -> "2").equals("3"));

        assertThat(one.get("null", k -> null)).isNull();
        assertThat(other.get("null", k -> "loaded")).isNull();

        assertThatThrownBy(() -> one.get("failed", k -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(other.get("failed", k -> "yes")).isEqualTo("yes");
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void refreshLoadsInPlaceOfWhatThereIs(LeaseMode mode) {
        Cache<String, String> one = node(mode);
        Cache<String, String> other = node(mode);
        one.get("k", k -> "1");
        assertThat(other.refresh("k", k -> "2")).isEqualTo("2");
        assertThat(other.get("k", k -> "3")).isEqualTo("2");
        assertThat(node(mode).get("k", k -> "3")).isEqualTo("2");
    }

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void largeAndStrangeKeysAndValuesAreShared(LeaseMode mode) {
        Cache<String, String> one = node(mode);
        Cache<String, String> other = node(mode);
        String key = "ä key of many words ".repeat(40);
        String value = "compressible ".repeat(200_000);
        one.get(key, k -> value);
        assertThat(other.get(key, k -> "2")).isEqualTo(value);
        assertThat(other.get(key + "x", k -> "2")).isEqualTo("2");
    }

    private Cache<String, String> node(LeaseMode mode) {
        Caches caches = Caches.builder()
                .shared(MemcachedTier.on(memcached, mode))
                .namespace(mode + name)
                .cache("c", options -> options.fresh(LONG).negative(LONG))
                .build();
        open.add(caches);
        return caches.cache("c", String.class, String.class);
    }

    @Test
    void jvmsOfAnotherSchemaVersionDoNotSeeTheValue() {
        List<Cache<String, String>> versions = new ArrayList<>();
        for (int version : new int[] {1, 2, 1}) {
            Caches caches = Caches.builder()
                    .shared(MemcachedTier.on(memcached, LeaseMode.META))
                    .namespace(name)
                    .cache("c", options -> options.schemaVersion(version))
                    .build();
            open.add(caches);
            versions.add(caches.cache("c", String.class, String.class));
        }
        assertThat(versions.get(0).get("k", key -> "first")).isEqualTo("first");
        assertThat(versions.get(1).get("k", key -> "second")).isEqualTo("second");
        assertThat(versions.get(2).get("k", key -> "third")).isEqualTo("first");
    }

    private static ConditionFactory eventually() {
        return Awaitility.await().atMost(20, TimeUnit.SECONDS).pollInterval(10, TimeUnit.MILLISECONDS);
    }
}
