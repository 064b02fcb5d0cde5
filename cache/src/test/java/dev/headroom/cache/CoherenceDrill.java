package dev.headroom.cache;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Each JVM changes keys of its own and drops them, one after the other has been seen by all; each reads the keys of the others all the time. */
final class CoherenceDrill {
    private static final int KEYS_OF_EACH = 4;
    private static final Duration LOST = Duration.ofSeconds(60);

    /** What the source has, by key. */
    private static final int SOURCE = DrillNode.FIRST;
    /** When that was changed, by the clock that all processes have. */
    private static final int CHANGED = SOURCE + 100;
    /** What a JVM has seen, by JVM and key. */
    private static final int SEEN = CHANGED + 100;
    /** How many drops were seen by another JVM. */
    private static final int SIGHTS = SEEN + 1_000;
    /** When each was dropped, and when it was seen. */
    private static final int TIMES = SIGHTS + 1;

    /** The way that something is dropped. */
    enum Drop {
        KEY,
        TAG,
        ALL
    }

    private final DrillNode node;
    private final Cache<Integer, Long> cache;
    private final int[] own;
    private final int[] others;

    CoherenceDrill(DrillNode node) {
        this.node = node;
        this.cache = node.caches.cache("coherent", Integer.class, Long.class);
        this.own = IntStream.range(0, KEYS_OF_EACH)
                .map(i -> node.number * KEYS_OF_EACH + i)
                .toArray();
        this.others = IntStream.range(0, node.jvms * KEYS_OF_EACH)
                .filter(key -> key / KEYS_OF_EACH != node.number)
                .toArray();
    }

    /**
     * A drop that another JVM has seen.
     *
     * @param begun just before the change that was dropped
     * @param seen when another JVM's {@code get} had answered by it
     */
    record Sight(long begun, long seen) {
        long nanos() {
            return seen - begun;
        }
    }

    static int sights(SharedNumbers numbers) {
        return (int) numbers.get(SIGHTS);
    }

    static Sight sight(SharedNumbers numbers, int index) {
        return new Sight(numbers.get(TIMES + 2 * index), numbers.get(TIMES + 2 * index + 1));
    }

    /** Counts the drops, one that another JVM had not heard of for very long, which is the last, what was not seen by who dropped it, and what was old after something newer. */
    void run(int drops, Drop... kinds) {
        Arrays.stream(others).forEach(this::look);
        AtomicBoolean done = new AtomicBoolean();
        CompletableFuture<Void> reading =
                CompletableFuture.runAsync(() -> read(done), task -> new Thread(task).start());
        try {
            node.together();
            boolean seen = true;
            for (int i = 0; i < drops && seen; i++) {
                seen = changed(own[i % KEYS_OF_EACH], kinds[i % kinds.length]);
            }
            node.together();
        } finally {
            done.set(true);
            reading.join();
        }
    }

    /** Says whether all have seen it. */
    private boolean changed(int key, Drop kind) {
        node.numbers.set(CHANGED + key, System.nanoTime());
        long now = node.numbers.add(SOURCE + key, 1) + 1;
        switch (kind) {
            case KEY -> cache.invalidate(key);
            case TAG -> cache.invalidateTag(tag(key));
            case ALL -> cache.clear();
        }
        node.count("drops", 1);
        node.count("unseen-by-who-dropped", get(key) == now ? 0 : 1);
        boolean seen = DrillNode.await(
                () -> IntStream.range(0, node.jvms)
                        .filter(jvm -> jvm != node.number)
                        .allMatch(jvm -> node.numbers.get(seen(jvm, key)) >= now),
                LOST);
        node.count("lost", seen ? 0 : 1);
        return seen;
    }

    private void read(AtomicBoolean done) {
        while (!done.get()) {
            Arrays.stream(others).forEach(this::look);
            LockSupport.parkNanos(500_000);
        }
    }

    private void look(int key) {
        long known = node.numbers.get(seen(node.number, key));
        long value = get(key);
        if (value > known) {
            int sight = (int) node.numbers.add(SIGHTS, 1);
            node.numbers.set(TIMES + 2 * sight, node.numbers.get(CHANGED + key));
            node.numbers.set(TIMES + 2 * sight + 1, System.nanoTime());
            node.numbers.set(seen(node.number, key), value); // the last, for now it is changed again
        }
        node.count("looks", 1);
        node.count("backwards", value < known ? 1 : 0);
    }

    private long get(int key) {
        return cache.get(key, (k, context) -> {
            context.tags(tag(key));
            return node.numbers.get(SOURCE + key);
        });
    }

    private static String tag(int key) {
        return "t" + key;
    }

    private static int seen(int jvm, int key) {
        return SEEN + 100 * jvm + key;
    }
}
