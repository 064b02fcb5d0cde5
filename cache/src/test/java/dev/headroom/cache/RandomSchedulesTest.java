package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Several caches on one tier, read, dropped from and put into at random ({@link RandomWalk}), over restarts of the tier: nothing stale is read after a drop or a put. Loads go on over a
 * restart; drops wait until the node is back, for one that can't be reached is told later.
 */
@Tag("one-jdk")
class RandomSchedulesTest {
    private static final int THREADS = 6;
    private final RandomWalk.Common common = new RandomWalk.Common(new OneJvms(), System.out::println);
    private final AtomicLong restarts = new AtomicLong();

    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void nothingStaleIsReadAfterADrop(LeaseMode mode) throws Exception {
        onMemcached(mode, Duration.ofSeconds(3), 20);
    }

    @Test
    void nothingStaleIsReadAfterADropInMemory() throws Exception {
        inMemory(2_000);
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource(
            value = LeaseMode.class,
            names = {"META", "CLASSIC"})
    void nothingStaleIsReadAfterADropForMinutes(LeaseMode mode) throws Exception {
        onMemcached(mode, Duration.ofMinutes(2), 1_000);
        System.out.println("soak: cache: random schedules on memcached, " + mode + ": " + common.schedules + ", "
                + common.puts + " of them put, " + restarts + " restarts, " + common.stale + " stale");
    }

    @Tag("soak")
    @Test
    void nothingStaleIsReadAfterADropAMillionTimes() throws Exception {
        inMemory(1_000_000);
        System.out.println("soak: cache: random schedules on a tier in memory: " + common.schedules + ", " + common.puts
                + " of them put, " + restarts + " restarts, " + common.stale + " stale");
    }

    private void inMemory(long schedules) throws Exception {
        InMemorySharedTier tier = new InMemorySharedTier();
        run(tier, Duration.ZERO, schedules, tier::restart, tier::evictRecord);
    }

    private void onMemcached(LeaseMode mode, Duration time, long schedules) throws Exception {
        try (MemcachedNode server = MemcachedNode.builder().ownProcess().start();
                Memcached memcached = Connected.to(server.hostAndPort(), Duration.ofSeconds(5))) {
            run(
                    MemcachedTier.on(memcached, mode),
                    time,
                    schedules,
                    () -> {
                        server.kill();
                        server.restart();
                        Connected.await(memcached);
                    },
                    name -> memcached
                            .node(name)
                            .delete(name)
                            .toCompletableFuture()
                            .join());
        }
    }

    private void run(SharedTier tier, Duration time, long least, Runnable restart, Consumer<String> evictRecord)
            throws Exception {
        long seed = System.nanoTime();
        ExecutorService threads = Executors.newCachedThreadPool();
        List<RandomWalk.Holding> holding = new ArrayList<>();
        List<Caches> open = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                holding.add(RandomWalk.holding(tier));
            }
            long end = System.nanoTime() + time.toNanos();
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Caches empty = RandomWalk.empty(tier);
                open.add(empty);
                RandomWalk walk =
                        new RandomWalk(common, holding.get(i % 3), empty, new Random(seed + i), tier, evictRecord);
                runs.add(threads.submit(() -> {
                    while (System.nanoTime() - end < 0 || common.schedules.get() < least) {
                        walk.step();
                    }
                    return true;
                }));
            }
            long between = Math.max(1, least / 10);
            for (long next = between; runs.stream().anyMatch(run -> !run.isDone()); ) {
                if (common.schedules.get() >= next && common.schedules.get() < least) {
                    restarted(restart);
                    next = common.schedules.get() + between;
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
            for (Future<?> run : runs) {
                run.get();
            }
        } finally {
            open.forEach(Caches::close);
            holding.forEach(RandomWalk.Holding::close);
            threads.shutdownNow();
        }
        assertThat(common.schedules.get()).as("seed " + seed).isGreaterThanOrEqualTo(least);
        assertThat(common.stale.get()).as("seed " + seed).isZero();
        assertThat(common.puts.get()).isPositive();
        assertThat(restarts.get()).isPositive();
        if (least >= 1_000) { // of few schedules none may have asked
            assertThat(common.heard.get()).isPositive();
            assertThat(common.followed.get()).isPositive();
        }
    }

    private void restarted(Runnable restart) {
        common.reachable.writeLock().lock();
        try {
            restart.run();
            restarts.incrementAndGet();
        } finally {
            common.reachable.writeLock().unlock();
        }
    }

    /** Of this JVM alone. */
    private static final class OneJvms implements RandomWalk.Truth {
        private final AtomicLongArray values = new AtomicLongArray(RandomWalk.KEYS);
        private final AtomicLongArray dropped = new AtomicLongArray(RandomWalk.KEYS);
        private final ReentrantLock[] alone = new ReentrantLock[RandomWalk.KEYS];

        OneJvms() {
            Arrays.setAll(alone, key -> new ReentrantLock());
        }

        @Override
        public long value(int key) {
            return values.get(key);
        }

        @Override
        public long change(int key) {
            return values.incrementAndGet(key);
        }

        @Override
        public void dropped(int key, long value) {
            dropped.accumulateAndGet(key, value, Math::max);
        }

        @Override
        public long dropped(int key) {
            return dropped.get(key);
        }

        @Override
        public RandomWalk.Alone alone(int key) {
            alone[key].lock();
            return alone[key]::unlock;
        }
    }
}
