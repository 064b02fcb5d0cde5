package dev.headroom.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Each JVM asks for one key, so many times a second, while its source is down, and then until it has heard that it is up again. */
final class OriginDownDrill {
    static final Duration WINDOW = Duration.ofSeconds(1);

    private static final int THREADS = 4;
    /** How often the source was asked while it was down. */
    private static final int ASKED = DrillNode.FIRST;
    /** When a JVM began to ask, by the clock that all processes have. */
    private static final int BEGUN = DrillNode.FIRST + 1;
    /** When it had its last answer. */
    private static final int ENDED = BEGUN + 16;
    /** When the source was asked. */
    private static final int TIMES = ENDED + 16;

    private final DrillNode node;
    private final Cache<String, String> cache;

    OriginDownDrill(DrillNode node) {
        this.node = node;
        this.cache = node.caches.cache("failing", String.class, String.class);
    }

    static void options(CacheOptions.Builder options) {
        options.fresh(Duration.ofSeconds(1))
                .staleIfError(Duration.ofHours(1))
                .retryAfterError(WINDOW)
                .jitter(0);
    }

    /** When the source was asked while it was down, by any JVM, in nanoseconds. */
    static long[] asked(SharedNumbers numbers) {
        return numbers(numbers, TIMES, (int) numbers.get(ASKED)).sorted().toArray();
    }

    /** From the first call of a JVM to the last. */
    static Duration took(SharedNumbers numbers, int jvms) {
        long begun = numbers(numbers, BEGUN, jvms).min().orElseThrow();
        return Duration.ofNanos(numbers(numbers, ENDED, jvms).max().orElseThrow() - begun);
    }

    private static LongStream numbers(SharedNumbers numbers, int first, int count) {
        return IntStream.range(first, first + count).mapToLong(numbers::get);
    }

    /** Counts its calls, those that failed, and those that were answered by anything but the value of before. */
    void run(int seconds, int perSecond) throws Exception {
        cache.get("k", key -> "old");
        if (!DrillNode.await(
                () -> cache.peek("k").map(Lookup::state).orElse(null) == Lookup.State.STALE, Duration.ofSeconds(60))) {
            throw new IllegalStateException("never stale");
        }
        node.together();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            long start = System.nanoTime();
            node.numbers.set(BEGUN + node.number, start);
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                runs.add(threads.submit(() -> ask(start, seconds, perSecond)));
            }
            for (Future<?> run : runs) {
                run.get();
            }
            node.numbers.set(ENDED + node.number, System.nanoTime());
        } finally {
            threads.shutdownNow();
        }
        node.together();
        if (!DrillNode.await(() -> cache.get("k", key -> "new").equals("new"), Duration.ofSeconds(60))) {
            throw new IllegalStateException("nothing new though the source is up again");
        }
    }

    /** This thread's share of all calls. */
    private void ask(long start, int seconds, int perSecond) {
        long pause = 1_000_000_000L * node.jvms * THREADS / perSecond;
        long end = start + TimeUnit.SECONDS.toNanos(seconds);
        for (long at = start; at - end < 0; at += pause) {
            while (System.nanoTime() - at < 0) {
                LockSupport.parkNanos(at - System.nanoTime());
            }
            node.count("calls", 1);
            try {
                node.count("wrong", cache.get("k", this::down).equals("old") ? 0 : 1);
            } catch (RuntimeException failed) {
                node.count("errors", 1);
            }
        }
    }

    /** It takes a while to fail, so that others want the value meanwhile. */
    private String down(String key) {
        node.numbers.set(TIMES + (int) node.numbers.add(ASKED, 1), System.nanoTime());
        LockSupport.parkNanos(20_000_000);
        throw new IllegalStateException("down");
    }
}
