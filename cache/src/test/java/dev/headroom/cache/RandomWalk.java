package dev.headroom.cache;

import dev.headroom.Headroom;
import dev.headroom.cache.spi.SharedTier;
import dev.headroom.cache.spi.SharedTierException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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
 * and who holds something hears of it. Some loaders make their value of the one before, or keep that: nothing that was dropped before they were asked.
 *
 * <p>Of two values that are put at the same time the older may stay, so that the last keys, the ones that are put, are changed by one at a time.
 */
final class RandomWalk {
    static final int KEYS = 7;
    /** Those from here on are put, too. */
    private static final int FIRST_PUT = 4;
    /** The one that is put with its tag; others that are put have none. */
    private static final int TAGGED = 6;

    private static final List<Integer> TOGETHER = List.of(4, 5);
    /** Counters of drops, counts of tags and of clearing, and the journal's. */
    private static final List<String> RECORDS =
            List.of("headroom:c:~s", "headroom:c:~t:t0", "headroom:c:~t:t1", "headroom:c:~a", "headroom:~j");

    private static final Duration HEARD_WITHIN = Duration.ofSeconds(30);

    private final Common common;
    private final Cache<String, Long> cache;
    private final Puts puts;
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
        /** How many loaders were shown the value before. */
        final AtomicLong followed = new AtomicLong();

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
     * @param holding what it reads and drops from
     * @param empty nobody else's, on the same tier
     */
    RandomWalk(
            Common common,
            Holding holding,
            Caches empty,
            Random random,
            SharedTier tier,
            Consumer<String> evictRecord) {
        this.common = common;
        this.cache = holding.caches.cache("c", String.class, Long.class);
        this.puts = holding.puts;
        this.empty = empty;
        this.random = random;
        this.tier = tier;
        this.evictRecord = evictRecord;
    }

    /** Caches that hold what they have until they hear that it is bad, or compare it after a gap. */
    static Holding holding(SharedTier tier) {
        Caches caches = Caches.builder()
                .shared(tier)
                .defaults(options -> options.localFresh(Duration.ofMinutes(4)).waitAtMost(Duration.ofMinutes(1)))
                .build();
        Headroom headroom = Headroom.builder("walk").plug(caches).build();
        return new Holding(headroom, caches, headroom.enhance(Puts.class, new Given()));
    }

    /** Caches, and what puts into them with a tag. */
    record Holding(Headroom headroom, Caches caches, Puts puts) implements AutoCloseable {
        @Override
        public void close() {
            headroom.close();
        }
    }

    interface Puts {
        Long put(String key, Long value, String tag);
    }

    static final class Given implements Puts {
        @Override
        @CachePut(cache = "c", key = "#p0", tags = "#p2")
        public Long put(String key, Long value, String tag) {
            return value;
        }
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
        int what = random.nextInt(24);
        if (what < 11) {
            read(cache, key);
        } else if (what == 11) {
            long dropped = common.truth.dropped(key);
            check("who holds nothing", key, dropped, readHoldingNothing(key));
        } else if (what >= 20) {
            loadAnew(what, key);
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

    /** Of what is held, or by who holds nothing. */
    private void loadAnew(int what, int key) {
        Cache<String, Long> from = what % 2 == 0 ? cache : holdingNothing();
        if (what < 22) {
            long dropped = common.truth.dropped(key);
            long loaded = from.refresh("k" + key, (k, context) -> loaded(key, dropped, context));
            check("who refreshed it", key, dropped, loaded);
            return;
        }
        Map<Integer, Long> dropped = new HashMap<>();
        TOGETHER.forEach(each -> dropped.put(each, common.truth.dropped(each)));
        Map<String, Long> read =
                from.getAll(TOGETHER.stream().map(each -> "k" + each).toList(), wanted -> {
                    Map<String, Long> values = new HashMap<>();
                    wanted.forEach(k -> values.put(k, common.truth.value(Integer.parseInt(k.substring(1)))));
                    return values;
                });
        if (from != cache) {
            dropped.forEach(
                    (each, least) -> check("who holds nothing and reads several", each, least, read.get("k" + each)));
        }
    }

    private void changed(int what, int key) {
        long written = common.truth.change(key);
        if (key >= FIRST_PUT && what < 17) {
            if (key == TAGGED) {
                puts.put("k" + key, written, tag(key));
            } else {
                cache.put("k" + key, written);
            }
            common.puts.incrementAndGet();
        } else if (what < 18 || (what == 18 && !isTagged(key))) {
            cache.invalidate("k" + key);
        } else if (what == 18) {
            cache.invalidateTag(tag(key));
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
        return read(holdingNothing(), key);
    }

    private Cache<String, Long> holdingNothing() {
        empty.mode(CacheMode.OFF);
        empty.mode(CacheMode.ON);
        return empty.cache("c", String.class, Long.class);
    }

    private long read(Cache<String, Long> from, int key) {
        long dropped = common.truth.dropped(key);
        return from.get("k" + key, (k, context) -> loaded(key, dropped, context));
    }

    private long loaded(int key, long dropped, LoadContext<Long> context) throws InterruptedException {
        long value = common.truth.value(key);
        Optional<Long> before = random.nextInt(3) == 0 ? context.stale() : Optional.empty();
        if (isTagged(key) && (before.isEmpty() || random.nextBoolean())) {
            context.tags(tag(key));
        }
        if (before.isPresent()) {
            common.followed.incrementAndGet();
            check("a loader, of the one before,", key, dropped, before.get());
        }
        if (random.nextInt(8) == 0) {
            TimeUnit.MICROSECONDS.sleep(random.nextInt(2000));
        }
        return random.nextBoolean() ? before.orElse(value) : value;
    }

    private static boolean isTagged(int key) {
        return key < FIRST_PUT || key == TAGGED;
    }

    private static String tag(int key) {
        return "t" + key % 2;
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
