package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.meter.Timer;
import dev.headroom.transaction.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loaders that ask the cache for other values, with fewer threads and places than there are loads. */
class NestedLoadsTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger working = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private Caches caches;

    @AfterEach
    void close() {
        threads.shutdownNow();
        caches.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = CacheMode.class,
            names = {"ON", "NAIVE"})
    void asynchronousLoadersOfAllThreadsWaitForAsynchronousLoads(CacheMode mode) throws Exception {
        Cache<String, String> cache = cache(2, Duration.ZERO);
        caches.mode(mode);
        CountDownLatch both = new CountDownLatch(2);
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (String key : List.of("a", "b", "c", "d", "e", "f")) {
            answers.add(cache.getAsync(key, outer -> {
                both.countDown();
                both.await();
                return cache.getAsync(
                                outer + "1", inner -> cache.getAsync(inner + "2", CompletableFuture::completedFuture))
                        .thenCombine(cache.getAsync(outer + "3", CompletableFuture::completedFuture), String::concat);
            }));
        }
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.get(60, TimeUnit.SECONDS)).matches("(.)12\\13");
        }
    }

    @Test
    void aLoadLendsItsPlaceToTheOneItWaitsFor() throws Exception {
        Cache<String, String> cache = cache(1, Duration.ZERO);
        CountDownLatch loading = new CountDownLatch(1);
        AtomicReference<Thread> second = new AtomicReference<>();
        Future<String> first = threads.submit(() -> cache.get("1", key -> {
            loading.countDown();
            Awaitility.await().until(() -> second.get() != null && waits(second.get()));
            return cache.get("2", inner -> "not called") + 1;
        }));
        loading.await();
        Future<String> other = threads.submit(() -> {
            second.set(Thread.currentThread());
            return cache.get("2", key -> "2");
        });
        assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo("21");
        assertThat(other.get(60, TimeUnit.SECONDS)).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLoadThatIsInterruptedWhileItWaitsHasItsPlaceAgain(boolean forAnotherCaller) throws Exception {
        InMemorySharedTier tier = new InMemorySharedTier();
        RunningLoads running = new RunningLoads();
        caches = Caches.builder().shared(tier).maximumLoads(1).build();
        caches.connect(running.contracts());
        Cache<String, String> cache = caches.cache("c", String.class, String.class);
        tier.nodes().get(0).readOrLease("headroom:c:v1:tlv1:s:inner", Duration.ofMinutes(1), List.of());
        if (forAnotherCaller) { // who waits for another JVM, without a place
            threads.submit(() -> cache.get("inner", key -> "not called"));
            Awaitility.await().until(() -> cache.stats().misses() == 1);
        }
        AtomicReference<Thread> loader = new AtomicReference<>();
        Future<Double> held = threads.submit(() -> {
            double[] after = new double[1];
            cache.get("outer", key -> {
                loader.set(Thread.currentThread());
                try {
                    return cache.get("inner", inner -> "not called");
                } catch (RuntimeException interrupted) {
                    assertThat(Thread.interrupted()).isTrue();
                    if (forAnotherCaller) {
                        assertThat(interrupted)
                                .hasMessageContaining("interrupted while waiting for another caller's load");
                    }
                    after[0] = running.now();
                    return "without";
                }
            });
            return after[0];
        });
        Awaitility.await().until(() -> loader.get() != null && running.now() == 0);
        loader.get().interrupt();
        assertThat(held.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    }

    /** How many loads run, by their gauge. */
    private static final class RunningLoads implements Meters {
        private final CountingMeters others = new CountingMeters();
        private volatile DoubleSupplier value = () -> -1;

        double now() {
            return value.getAsDouble();
        }

        Contracts contracts() {
            return new Contracts(
                    this,
                    Readings.none(),
                    LoadFeedback.none(),
                    Consistency.none(),
                    Transactions.immediate(),
                    LocalBackground.create());
        }

        @Override
        public Counter counter(String name, String... tags) {
            return others.counter(name, tags);
        }

        @Override
        public Timer timer(String name, String... tags) {
            return others.timer(name, tags);
        }

        @Override
        public Counter distribution(String name, String... tags) {
            return others.distribution(name, tags);
        }

        @Override
        public Gauge gauge(String name, DoubleSupplier value, String... tags) {
            if (name.equals(CacheMeters.LOADS_RUNNING)) {
                this.value = value;
            }
            return () -> {};
        }
    }

    @Test
    void aLoadRunsWhatIsQueuedBehindIt() throws Exception {
        Cache<String, String> cache = cache(1, Duration.ZERO);
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<String> first = cache.getAsync("1", key -> {
            loading.countDown();
            queued.await();
            return cache.getAsync("2", CompletableFuture::completedFuture);
        });
        loading.await();
        CompletableFuture<String> other = cache.getAsync("2", CompletableFuture::completedFuture);
        queued.countDown();
        assertThat(first.get(60, TimeUnit.SECONDS)).isEqualTo("2");
        assertThat(other.get(60, TimeUnit.SECONDS)).isEqualTo("2");
    }

    @Test
    void loadsThatMayBeLeftDontWaitForTheThreadsTheyHold() throws Exception {
        Cache<String, String> cache = cache(4, Duration.ofSeconds(50));
        CountDownLatch both = new CountDownLatch(2);
        List<Future<String>> answers = new ArrayList<>();
        for (String key : List.of("a", "b")) {
            answers.add(threads.submit(() -> cache.get(key, outer -> {
                both.countDown();
                both.await();
                return cache.get(outer + "1", inner -> cache.get(inner + "2", innermost -> innermost));
            })));
        }
        for (Future<String> answer : answers) {
            assertThat(answer.get(60, TimeUnit.SECONDS)).endsWith("12");
        }
    }

    @Test
    void whoseValueHasComeWaitForTheirPlacesInTurn() throws Exception {
        Cache<String, String> cache = cache(2, Duration.ZERO);
        int loads = 20;
        CountDownLatch all = new CountDownLatch(loads);
        List<Future<String>> answers = new ArrayList<>();
        for (int i = 0; i < loads; i++) {
            String key = "o" + i;
            answers.add(threads.submit(() -> cache.get(
                    key,
                    outer -> working(() -> all.countDown())
                            + cache.get("inner", inner -> {
                                all.await(30, TimeUnit.SECONDS);
                                return working(() -> {});
                            })
                            + working(() -> TimeUnit.MILLISECONDS.sleep(10)))));
        }
        for (Future<String> answer : answers) {
            assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo("...");
        }
        assertThat(all.getCount()).isZero();
        assertThat(most.get()).isLessThanOrEqualTo(2);
    }

    @Test
    void whoAsksAndGoesOnKeepsItsPlaceUntilItWaits() throws Exception {
        Cache<String, String> cache = cache(1, Duration.ZERO);
        CompletableFuture<String> stage = cache.getAsync("a", outer -> {
            CompletableFuture<String> inner = cache.getAsync("b", key -> working(() -> {}), Runnable::run);
            CompletableFuture<String> other =
                    cache.getAsync("c", key -> CompletableFuture.completedFuture(working(() -> {})));
            working(() -> TimeUnit.MILLISECONDS.sleep(50));
            return inner.thenCombine(other, String::concat);
        });
        assertThat(stage.get(60, TimeUnit.SECONDS)).isEqualTo("..");
        Future<String> joined = threads.submit(() -> cache.get("d", outer -> {
            CompletableFuture<String> inner =
                    cache.getAsync("e", key -> CompletableFuture.completedFuture(working(() -> {})));
            working(() -> TimeUnit.MILLISECONDS.sleep(50));
            return inner.thenApply(value -> value + value).join() + working(() -> {});
        }));
        assertThat(joined.get(60, TimeUnit.SECONDS)).isEqualTo("...");
        assertThat(most.get()).isOne();
    }

    private String working(Step step) throws Exception {
        most.accumulateAndGet(working.incrementAndGet(), Math::max);
        try {
            step.run();
            return ".";
        } finally {
            working.decrementAndGet();
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING;
    }

    private Cache<String, String> cache(int loads, Duration hardTimeout) {
        caches = Caches.builder()
                .maximumLoads(loads)
                .refreshThreads(2)
                .defaults(options -> options.waitAtMost(Duration.ofSeconds(50)).hardTimeout(hardTimeout))
                .build();
        return caches.cache("c", String.class, String.class);
    }
}
