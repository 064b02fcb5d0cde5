package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.Contracts;
import dev.headroom.background.LocalBackground;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Readings;
import dev.headroom.transaction.Transactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InvalidationTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ManualClock clock = new ManualClock();
    private final Caches caches = Caches.builder().clock(clock).build();
    private final Cache<String, Integer> cache = caches.cache("c", String.class, Integer.class);

    @AfterEach
    void stop() {
        threads.shutdownNow();
        caches.close();
    }

    @Test
    void anInvalidationDuringALoadIsNotOverwrittenByIt() throws Exception {
        duringALoad((loading, done) -> cache.invalidate("k"));
        assertThat(cache.peek("k")).isEmpty();
        assertThat(cache.stats().discarded()).isEqualTo(1);
    }

    @Test
    void clearingDuringALoadIsNotOverwrittenByIt() throws Exception {
        duringALoad((loading, done) -> cache.clear());
        assertThat(cache.peek("k")).isEmpty();
    }

    @Test
    void aPutDuringALoadIsNotOverwrittenByIt() throws Exception {
        duringALoad((loading, done) -> cache.put("k", 5));
        assertThat(cache.get("k", key -> 6)).isEqualTo(5);
    }

    @Test
    void whoComesAfterTheInvalidationDoesNotGetTheOldLoad() throws Exception {
        duringALoad((loading, done) -> {
            cache.invalidate("k");
            assertThat(cache.get("k", key -> 2)).isEqualTo(2);
        });
        assertThat(cache.get("k", key -> 3)).isEqualTo(2);
    }

    @Test
    void aRefreshReplacesTheLoadThatRuns() throws Exception {
        duringALoad((loading, done) -> assertThat(cache.refresh("k", key -> 8)).isEqualTo(8));
        assertThat(cache.get("k", key -> 9)).isEqualTo(8);
    }

    @Test
    void neverServesWhatWasInvalidatedWhateverTheSchedule() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        AtomicInteger source = new AtomicInteger();
        AtomicInteger stale = new AtomicInteger();
        List<CompletableFuture<?>> runs = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            Random random = new Random(seed + t);
            boolean writes = t < 2;
            runs.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 20_000; i++) {
                            if (writes && random.nextInt(4) == 0) {
                                source.incrementAndGet();
                                if (random.nextBoolean()) {
                                    cache.invalidate("k");
                                } else {
                                    cache.clear();
                                }
                            } else {
                                int least = writes ? 0 : source.get();
                                int got = cache.get("k", key -> slowly(source.get(), random));
                                // What was written and invalidated before is the least; others may be between write and
                                // invalidation.
                                if (got < least - 2) {
                                    stale.incrementAndGet();
                                }
                            }
                        }
                    },
                    threads));
        }
        for (CompletableFuture<?> run : runs) {
            run.get(60, TimeUnit.SECONDS);
        }
        assertThat(stale).hasValue(0);
        cache.invalidate("k");
        assertThat(cache.get("k", key -> source.get())).isEqualTo(source.get());
    }

    @Test
    void whatIsBeingHeldJustThenGoesWithTheRest() throws Exception {
        for (Consumer<Cache<String, Integer>> drop :
                List.<Consumer<Cache<String, Integer>>>of(Cache::clear, it -> it.invalidateTag("t"))) {
            CountDownLatch weighing = new CountDownLatch(1);
            CountDownLatch weighed = new CountDownLatch(1);
            try (Caches weighty = weighing(weighing, weighed)) {
                Cache<String, Integer> weighted = weighty.cache("c", String.class, Integer.class);
                CompletableFuture<Integer> load = CompletableFuture.supplyAsync(
                        () -> weighted.get("k", (key, context) -> {
                            context.tags("t");
                            return 1;
                        }),
                        threads);
                assertThat(weighing.await(30, TimeUnit.SECONDS)).isTrue();
                Thread dropping = new Thread(() -> drop.accept(weighted));
                dropping.start();
                Awaitility.await().until(() -> dropping.getState() == Thread.State.WAITING || !dropping.isAlive());
                weighed.countDown();
                dropping.join(30_000);
                load.get(30, TimeUnit.SECONDS);
                assertThat(weighted.peek("k")).isEmpty();
            }
        }
    }

    /** Even when another invalidation has taken its load away already, and waits itself for what is being held. */
    @Test
    void whatIsBeingHeldOfALoadThatNobodyFindsGoesToo() throws Exception {
        CountDownLatch weighing = new CountDownLatch(1);
        CountDownLatch weighed = new CountDownLatch(1);
        try (Caches weighty = weighing(weighing, weighed)) {
            Cache<String, Integer> weighted = weighty.cache("c", String.class, Integer.class);
            CompletableFuture<Integer> load = CompletableFuture.supplyAsync(() -> weighted.get("k", key -> 1), threads);
            assertThat(weighing.await(30, TimeUnit.SECONDS)).isTrue();
            Thread invalidating = new Thread(() -> weighted.invalidate("k"));
            invalidating.start();
            Awaitility.await().until(() -> invalidating.getState() == Thread.State.BLOCKED);
            Thread clearing = new Thread(weighted::clear);
            clearing.start();
            Awaitility.await().until(() -> clearing.getState() == Thread.State.WAITING || !clearing.isAlive());
            assertThat(clearing.isAlive()).as("it waits").isTrue();
            weighed.countDown();
            clearing.join(30_000);
            invalidating.join(30_000);
            load.get(30, TimeUnit.SECONDS);
            assertThat(weighted.peek("k")).isEmpty();
        }
    }

    /** Caches that are holding what was loaded from one latch on to the other. */
    private static Caches weighing(CountDownLatch from, CountDownLatch to) {
        return Caches.builder()
                .cache(
                        "c",
                        options -> options.maximumWeight(100, (key, value) -> {
                            from.countDown();
                            return await(to, 1);
                        }))
                .build();
    }

    private static int await(CountDownLatch latch, int weight) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return weight;
    }

    @Test
    void theNextLoadReadsAtThePositionOfTheInvalidation() {
        Positions positions = new Positions("newest");
        connect(positions);
        cache.get("k", key -> 1);
        positions.current = "b";
        cache.invalidate("k");
        positions.current = "";
        cache.get("k", key -> 2);
        assertThat(positions.within).containsExactly("b");
        // And again, for a standby may be behind for longer than a value is fresh.
        clock.advance(Duration.ofMinutes(5));
        cache.get("k", key -> 3);
        assertThat(positions.within).containsExactly("b", "b");
        cache.get("other", key -> 4);
        assertThat(positions.within).hasSize(2);
        clock.advance(Duration.ofMinutes(6));
        cache.get("k", key -> 5);
        assertThat(positions.within).hasSize(2);
    }

    @Test
    void theLoadAfterAPutThatHasExpiredReadsAtThePositionOfThePut() {
        Positions positions = new Positions("newest");
        connect(positions);
        positions.current = "b";
        cache.put("k", 1);
        positions.current = "";
        clock.advance(Duration.ofMinutes(5));
        assertThat(cache.get("k", key -> 2)).isEqualTo(2);
        assertThat(positions.within).containsExactly("b");
    }

    @Test
    void loadsAfterAClearReadAtItsPositionWhateverTheirKey() {
        Positions positions = new Positions("newest");
        connect(positions);
        positions.current = "a";
        cache.clear();
        positions.current = "c";
        cache.get("k", key -> 1);
        assertThat(positions.within).containsExactly("c");
        positions.current = "";
        cache.get("j", key -> 1);
        assertThat(positions.within).containsExactly("c", "a");
    }

    private static int slowly(int value, Random random) {
        for (int i = random.nextInt(50); i > 0; i--) {
            Thread.onSpinWait();
        }
        return value;
    }

    /** Runs work while a load of "k" has read 1 and not returned it. */
    private void duringALoad(BiConsumer<String, Integer> work) throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CompletableFuture<Integer> load = CompletableFuture.supplyAsync(
                () -> cache.get("k", key -> {
                    loading.countDown();
                    go.await();
                    return 1;
                }),
                threads);
        assertThat(loading.await(5, TimeUnit.SECONDS)).isTrue();
        work.accept("k", 1);
        go.countDown();
        assertThat(load.get(5, TimeUnit.SECONDS)).isEqualTo(1);
    }

    private void connect(Consistency consistency) {
        caches.connect(new Contracts(
                Meters.none(),
                Readings.none(),
                LoadFeedback.none(),
                consistency,
                Transactions.immediate(),
                LocalBackground.create()));
    }
}
