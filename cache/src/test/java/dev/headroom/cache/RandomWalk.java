package dev.headroom.cache;

import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.spi.SharedTierException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * One of several threads, in one JVM or in several, that read a cache, drop from it and put into it at random, and evict values and records from its tier. A
 * schedule is a change of the source, a drop of what changed, by its key, its tag or all, or a put of its new value, and reads: by who dropped or put it, and by somebody
 * who holds nothing. Neither may be older than the drop, or than what was put. Beside that, who holds nothing reads nothing older than any drop or put that has ended,
 * and who holds something hears of it.
 *
 * <p>Of two values that are put at the same time the older may stay, so that the last keys, the ones that are put, are changed by one at a time.
 */
final class RandomWalk {
    static final int KEYS = 6;
    /** Those from here on are put, too, and have no tags. */
    static final int FIRST_PUT = 4;
    /** Counters of drops, counts of tags and of clearing, and the journal's. */
    private static final List<String> RECORDS =
            List.of("headroom:c:~s", "headroom:c:~t:t0", "headroom:c:~t:t1", "headroom:c:~a", "headroom:~j");

    private static final Duration HEARD_WITHIN = Duration.ofSeconds(30);

    private final Common common;
    private final Cache<String, Long> cache;
    private final Caches empty;
    private final Random random;
    private final SharedTier tier;
    private final Consumer<String> evictRecord;

    /** The source of values, and which of its changes were dropped: for all who walk, at once. */
    interface Truth {
        long value(int key);

        /** Makes it one more. */
        long change(int key);

        /** The drop of this value has ended. */
        void dropped(int key, long value);

        /** The newest value whose drop has ended. */
        long dropped(int key);

        /** Until the end of what this returns nobody else changes the key. */
        Alone alone(int key);
    }

    /** Ends it. */
    interface Alone extends AutoCloseable {
        @Override
        void close();
    }

    /** What the walks of one JVM have in common. */
    static final class Common {
        final AtomicLong schedules = new AtomicLong();
        /** How many of them put. */
        final AtomicLong puts = new AtomicLong();

        final AtomicLong stale = new AtomicLong();
        /** How often something older was held at first. */
        final AtomicLong heard = new AtomicLong();
        /** Held for reading by who drops: a node that can't be reached is told later. */
        final ReadWriteLock reachable = new ReentrantReadWriteLock();

        private final AtomicInteger listening = new AtomicInteger();
        private final Truth truth;
        private final Consumer<String> wrong;

        Common(Truth truth, Consumer<String> wrong) {
            this.truth = truth;
            this.wrong = wrong;
        }
    }

    /**
     * A walk.
     *
     * @param caches what it reads and drops from
     * @param empty nobody else's, on the same tier
     */
    RandomWalk(
            Common common, Caches caches, Caches empty, Random random, SharedTier tier, Consumer<String> evictRecord) {
        this.common = common;
        this.cache = caches.cache("c", String.class, Long.class);
        this.empty = empty;
        this.random = random;
        this.tier = tier;
        this.evictRecord = evictRecord;
    }

    /** Caches that hold what they have until they hear that it is bad, or compare it after a gap. */
    static Caches holding(SharedTier tier) {
        return Caches.builder()
                .shared(tier)
                .defaults(options -> options.localFresh(Duration.ofMinutes(4)).waitAtMost(Duration.ofMinutes(1)))
                .build();
    }

    /** Caches that hear of nothing. */
    static Caches empty(SharedTier tier) {
        return Caches.builder()
                .shared(tier)
                .journalEvery(Duration.ZERO)
                .defaults(options -> options.waitAtMost(Duration.ofMinutes(1)))
                .build();
    }

    void step() {
        int key = random.nextInt(KEYS);
        int what = random.nextInt(20);
        if (what < 11) {
            read(cache, key);
        } else if (what == 11) {
            long dropped = common.truth.dropped(key);
            check("who holds nothing", key, dropped, readHoldingNothing(key));
        } else if (what == 12) {
            hear(key);
        } else if (what == 13) {
            String name = "headroom:c:v1:tlv1:s:k" + key;
            quietly(() -> tier.node(name).invalidate(name));
        } else if (what == 14) {
            quietly(() -> evictRecord.accept(RECORDS.get(random.nextInt(RECORDS.size()))));
        } else {
            common.reachable.readLock().lock();
            try {
                if (key < FIRST_PUT) {
                    changed(what, key);
                } else {
                    try (Alone alone = common.truth.alone(key)) {
                        Objects.requireNonNull(alone);
                        changed(what, key);
                    }
                }
            } finally {
                common.reachable.readLock().unlock();
            }
        }
    }

    private void changed(int what, int key) {
        long written = common.truth.change(key);
        if (key >= FIRST_PUT && what < 18) {
            cache.put("k" + key, written);
            common.puts.incrementAndGet();
        } else if (what < 18 || (what == 18 && key >= FIRST_PUT)) {
            cache.invalidate("k" + key);
        } else if (what == 18) {
            cache.invalidateTag("t" + key % 2);
        } else {
            cache.clear();
        }
        common.truth.dropped(key, written);
        check("who changed it", key, written, read(cache, key));
        check("who holds nothing", key, written, readHoldingNothing(key));
        common.schedules.incrementAndGet();
    }

    /** Within the time that the journal takes, however busy the machine is, and much sooner than what is held is compared by itself. */
    private void hear(int key) {
        long dropped = common.truth.dropped(key);
        if (read(cache, key) >= dropped || common.listening.get() > 0) {
            return;
        }
        long end = System.nanoTime() + HEARD_WITHIN.toNanos();
        common.listening.incrementAndGet();
        try {
            while (read(cache, key) < dropped) {
                if (System.nanoTime() - end > 0) {
                    check("who should have heard", key, dropped, read(cache, key));
                    return;
                }
                LockSupport.parkNanos(5_000_000);
            }
            common.heard.incrementAndGet();
        } finally {
            common.listening.decrementAndGet();
        }
    }

    private long readHoldingNothing(int key) {
        empty.mode(CacheMode.OFF);
        empty.mode(CacheMode.ON);
        return read(empty.cache("c", String.class, Long.class), key);
    }

    private long read(Cache<String, Long> from, int key) {
        return from.get("k" + key, (k, context) -> {
            long value = common.truth.value(key);
            if (key < FIRST_PUT) {
                context.tags("t" + key % 2);
            }
            if (random.nextInt(8) == 0) {
                TimeUnit.MICROSECONDS.sleep(random.nextInt(2000));
            }
            return value;
        });
    }

    private void check(String who, int key, long least, long read) {
        if (read < least) {
            common.stale.incrementAndGet();
            common.wrong.accept("k" + key + ": " + who + " read " + read + " after the change to " + least);
        }
    }

    private static void quietly(Runnable evict) {
        try {
            evict.run();
        } catch (SharedTierException | CompletionException restarting) {
            // There is nothing to evict then.
        }
    }
}
