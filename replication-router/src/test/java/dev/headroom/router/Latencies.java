package dev.headroom.router;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Times of units, from many threads. */
final class Latencies {
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();

    void add(long nanos) {
        this.nanos.add(nanos);
    }

    int count() {
        return nanos.size();
    }

    /** Of all, the time that this share did not take longer than, in milliseconds; 1 for the longest. */
    double millis(double share) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[(int) Math.ceil(share * sorted.length) - 1] / 1e6;
    }

    @Override
    public String toString() {
        return String.format(
                "%d units, p50 %.1f ms, p99 %.1f ms, longest %.1f ms", count(), millis(0.5), millis(0.99), millis(1));
    }
}
