package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.RequestContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SingleFlightTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Caches caches = Caches.withDefaults();
    private final Cache<String, Integer> cache = caches.cache("c", String.class, Integer.class);
    private final AtomicInteger loads = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
        caches.close();
    }

    @Test
    void loadsOnceForTwoHundredCallers() {
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            callers.add(CompletableFuture.supplyAsync(
                    () -> cache.get("k", key -> {
                        go.await();
                        return loads.incrementAndGet();
                    }),
                    threads));
        }
        Awaitility.await().until(() -> cache.stats().misses() == 200);
        go.countDown();
        callers.forEach(caller -> assertThat(caller.join()).isEqualTo(1));
        assertThat(loads).hasValue(1);
        assertThat(cache.stats().coalesced()).isEqualTo(199);
        assertThat(cache.get("k", key -> 99)).isEqualTo(1);
    }

    @Test
    void loadsOfOtherKeysDoNotWait() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Integer> slow = CompletableFuture.supplyAsync(
                () -> cache.get("slow", key -> {
                    go.await();
                    return 0;
                }),
                threads);
        for (int i = 0; i < 1000; i++) {
            int value = i;
            assertThat(cache.get("k" + i, key -> value)).isEqualTo(i);
        }
        assertThat(slow).isNotDone();
        go.countDown();
        assertThat(slow.get(5, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void neverStoresAFailure() {
        assertThatThrownBy(() -> cache.get("k", key -> {
                    throw new IllegalStateException("down");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("down");
        assertThat(cache.peek("k")).isEmpty();
        assertThat(cache.get("k", key -> 1)).isEqualTo(1);
        assertThat(cache.stats().loadFailures()).isEqualTo(1);
    }

    @Test
    void givesAFailureToAllWhoWaited() {
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            callers.add(CompletableFuture.supplyAsync(
                    () -> cache.get("k", key -> {
                        go.await();
                        throw new IOException("down " + loads.incrementAndGet());
                    }),
                    threads));
        }
        Awaitility.await().until(() -> cache.stats().misses() == 10);
        go.countDown();
        callers.forEach(caller -> assertThatThrownBy(caller::join)
                .hasCauseInstanceOf(CacheLoadException.class)
                .hasRootCauseMessage("down 1"));
        assertThat(cache.get("k", key -> 1)).isEqualTo(1);
    }

    @Test
    void refusesALoaderThatAsksForItsOwnKey() {
        assertThatThrownBy(() -> cache.get("k", key -> cache.get("k", again -> 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the loader of a key asks for the same key");
        assertThat(cache.get("a", key -> cache.get("b", again -> 1) + 1)).isEqualTo(2);
    }

    @Test
    void aWaiterGivesUpAtItsDeadlineAndTheLoadGoesOn() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Integer> leader = CompletableFuture.supplyAsync(
                () -> cache.get("k", key -> {
                    go.await();
                    return 7;
                }),
                threads);
        Awaitility.await().until(() -> cache.stats().misses() == 1);
        RequestContext hurried =
                RequestContext.builder().deadline(Duration.ofMillis(50)).build();
        assertThatThrownBy(() -> hurried.call(() -> cache.get("k", key -> 8)))
                .isInstanceOf(CacheTimeoutException.class)
                .hasMessageContaining("another caller's load took longer")
                .hasMessageContaining("maximum=64, running=1, waiting=0");
        go.countDown();
        assertThat(leader.get(5, TimeUnit.SECONDS)).isEqualTo(7);
        assertThat(cache.get("k", key -> 9)).isEqualTo(7);
    }

    @Test
    void boundsHowManyLoadsRunAtOnce() {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (Caches few = Caches.builder().maximumLoads(3).build()) {
            Cache<Integer, Integer> narrow = few.cache("c", Integer.class, Integer.class);
            List<CompletableFuture<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int key = i;
                callers.add(CompletableFuture.supplyAsync(
                        () -> narrow.get(key, k -> {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            Thread.yield();
                            // A load within a load needs no second place.
                            int inner = narrow.get(k + 1000, i2 -> i2);
                            running.decrementAndGet();
                            return inner - 1000;
                        }),
                        threads));
            }
            for (int i = 0; i < 40; i++) {
                assertThat(callers.get(i).join()).isEqualTo(i);
            }
        }
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void saysWhyThereWasNoPlaceToLoad() {
        try (Caches one = Caches.builder()
                .maximumLoads(1)
                .cache("c", options -> options.waitAtMost(Duration.ofMillis(30)))
                .build()) {
            Cache<String, Integer> narrow = one.cache("c", String.class, Integer.class);
            CountDownLatch go = new CountDownLatch(1);
            CompletableFuture<Integer> first = CompletableFuture.supplyAsync(
                    () -> narrow.get("a", key -> {
                        go.await();
                        return 1;
                    }),
                    threads);
            Awaitility.await().until(() -> narrow.stats().loads() == 1);
            assertThatThrownBy(() -> narrow.get("b", key -> 2))
                    .isInstanceOf(CacheTimeoutException.class)
                    .hasMessageContaining("no place to load within 30 ms (maximum=1, running=1, waiting=0)");
            go.countDown();
            assertThat(first.join()).isEqualTo(1);
        }
    }
}
