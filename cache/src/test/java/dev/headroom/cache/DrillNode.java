package dev.headroom.cache;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One of several JVMs that do a drill together: its caches, the numbers that all have in common, and what it has counted. */
final class DrillNode {
    /** The first number that is a drill's; those before are of who waits for whom. */
    static final int FIRST = 16;
    /** How many there are. */
    static final int NUMBERS = 1 << 18;

    private static final Duration TOO_LONG = Duration.ofMinutes(2);

    final Caches caches;
    final SharedNumbers numbers;
    /** Of this JVM, from 0 on. */
    final int number;
    /** How many JVMs there are. */
    final int jvms;

    private final Map<String, AtomicLong> counts = new ConcurrentSkipListMap<>();

    DrillNode(Caches caches, SharedNumbers numbers, int number, int jvms) {
        this.caches = caches;
        this.numbers = numbers;
        this.number = number;
        this.jvms = jvms;
    }

    void count(String what, long more) {
        counts.computeIfAbsent(what, name -> new AtomicLong()).addAndGet(more);
    }

    /** What was counted, by name. */
    String counted() {
        StringBuilder text = new StringBuilder();
        counts.forEach(
                (name, count) -> text.append(' ').append(name).append('=').append(count));
        counts.clear();
        return text.toString();
    }

    /** Waits until all JVMs have come here. */
    void together() {
        long round = numbers.add(number, 1) + 1;
        for (int jvm = 0; jvm < jvms; jvm++) {
            int other = jvm;
            if (!await(() -> numbers.get(other) >= round, TOO_LONG)) {
                throw new IllegalStateException("JVM " + other + " did not come to where JVM " + number + " is");
            }
        }
    }

    /** Says whether it came true in time. */
    static boolean await(BooleanSupplier condition, Duration time) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > time.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(200_000);
        }
        return true;
    }
}
