package dev.headroom.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.spi.SharedTierException;
import dev.headroom.cache.testing.InMemorySharedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.testkit.MemcachedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Several caches on one tier read and drop at random, with evictions of values and of records, and restarts: after a drop, what the dropper reads, and what
 * somebody reads who holds nothing, is no older than the drop; and who holds the value hears of it. A schedule is a drop with these reads, among whatever else is under way. Loads go on over a restart; drops wait until
 * the node is back, for one that can't be reached is told later.
 */
class RandomSchedulesTest {
    private static final int KEYS = 4;
    /** Counters of drops, counts of tags and of clearing, and the journal's. */
    private static final List<String> RECORDS =
            List.of("headroom:c:~s", "headroom:c:~t:t0", "headroom:c:~t:t1", "headroom:c:~a", "headroom:~j");

    private static final int THREADS = 6;
    private final AtomicLongArray source = new AtomicLongArray(KEYS);
    private final AtomicLong schedules = new AtomicLong();
    private final AtomicLong stale = new AtomicLong();
    private final AtomicLong restarts = new AtomicLong();
    private final AtomicLong heard = new AtomicLong();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final ReadWriteLock reachable = new ReentrantReadWriteLock();

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
        System.out.println("soak: cache: random schedules on memcached, " + mode + ": " + schedules + ", " + restarts
                + " restarts, " + stale + " stale");
    }

    @Tag("soak")
    @Test
    void nothingStaleIsReadAfterADropAMillionTimes() throws Exception {
        inMemory(1_000_000);
        System.out.println("soak: cache: random schedules on a tier in memory: " + schedules + ", " + restarts
                + " restarts, " + stale + " stale");
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
        List<Caches> open = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                open.add(Caches.builder()
                        .shared(tier)
                        .defaults(options -> options.localFresh(Duration.ofMinutes(4)))
                        .build());
            }
            long end = System.nanoTime() + time.toNanos();
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Caches empty = Caches.builder()
                        .shared(tier)
                        .journalEvery(Duration.ZERO)
                        .build();
                open.add(empty);
                Walk walk = new Walk(
                        open.get(i % 3), open.get((i + 1) % 3), empty, new Random(seed + i), tier, evictRecord);
                runs.add(threads.submit(() -> {
                    while (System.nanoTime() - end < 0 || schedules.get() < least) {
                        walk.step();
                    }
                    return true;
                }));
            }
            long between = Math.max(1, least / 10);
            for (long next = between; runs.stream().anyMatch(run -> !run.isDone()); ) {
                if (schedules.get() >= next && schedules.get() < least) {
                    restarted(restart);
                    next = schedules.get() + between;
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
            for (Future<?> run : runs) {
                run.get();
            }
        } finally {
            open.forEach(Caches::close);
            threads.shutdownNow();
        }
        assertThat(schedules.get()).as("seed " + seed).isGreaterThanOrEqualTo(least);
        assertThat(stale.get()).as("seed " + seed).isZero();
        assertThat(restarts.get()).isPositive();
        if (least >= 1_000) { // of few schedules none may have asked
            assertThat(heard.get()).isPositive();
        }
    }

    private void restarted(Runnable restart) {
        reachable.writeLock().lock();
        try {
            restart.run();
            restarts.incrementAndGet();
        } finally {
            reachable.writeLock().unlock();
        }
    }

    /** What one thread does. */
    private final class Walk {
        private final Cache<String, Long> cache;
        private final Cache<String, Long> holder;
        private final Caches empty;
        private final Random random;
        private final SharedTier tier;
        private final Consumer<String> evictRecord;

        Walk(Caches caches, Caches holder, Caches empty, Random random, SharedTier tier, Consumer<String> evictRecord) {
            this.cache = caches.cache("c", String.class, Long.class);
            this.holder = holder.cache("c", String.class, Long.class);
            this.evictRecord = evictRecord;
            this.empty = empty;
            this.random = random;
            this.tier = tier;
        }

        void step() {
            int number = random.nextInt(KEYS);
            String key = "k" + number;
            int what = random.nextInt(20);
            if (what < 13) {
                read(cache, key, number);
            } else if (what == 13) {
                evict("headroom:c:v1:tlv1:s:" + key);
            } else if (what == 14) {
                forget(RECORDS.get(random.nextInt(RECORDS.size())));
            } else {
                schedule(what, key, number);
            }
        }

        private void evict(String name) {
            try {
                tier.node(name).invalidate(name);
            } catch (SharedTierException restarting) {
                // There is nothing to evict then.
            }
        }

        private void forget(String record) {
            try {
                evictRecord.accept(record);
            } catch (SharedTierException | CompletionException restarting) {
                // There is nothing to evict then.
            }
        }

        private void schedule(int what, String key, int number) {
            reachable.readLock().lock();
            try {
                boolean held = atOnce.get() == 0 && random.nextInt(20) == 0;
                if (held) {
                    read(holder, key, number);
                }
                long written = source.incrementAndGet(number);
                if (what < 18) {
                    cache.invalidate(key);
                } else if (what == 18) {
                    cache.invalidateTag("t" + number % 2);
                } else {
                    cache.clear();
                }
                check(written, read(cache, key, number));
                empty.mode(CacheMode.OFF);
                empty.mode(CacheMode.ON);
                check(written, read(empty.cache("c", String.class, Long.class), key, number));
                if (held) {
                    hears(written, key, number);
                }
                schedules.incrementAndGet();
            } finally {
                reachable.readLock().unlock();
            }
        }

        /** Within the time that the journal takes, however busy the machine is, and much sooner than what is held is compared by itself. */
        private void hears(long written, String key, int number) {
            long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            atOnce.incrementAndGet();
            try {
                while (read(holder, key, number) < written) {
                    if (System.nanoTime() - end > 0) {
                        stale.incrementAndGet();
                        return;
                    }
                    LockSupport.parkNanos(5_000_000);
                }
                heard.incrementAndGet();
            } finally {
                atOnce.decrementAndGet();
            }
        }

        private long read(Cache<String, Long> from, String key, int number) {
            return from.get(key, (k, context) -> {
                long value = source.get(number);
                context.tags("t" + number % 2);
                if (random.nextInt(8) == 0) {
                    TimeUnit.MICROSECONDS.sleep(random.nextInt(2000));
                }
                return value;
            });
        }

        private void check(long least, long read) {
            if (read < least) {
                stale.incrementAndGet();
            }
        }
    }
}
