package dev.headroom.benchmarks.queue;

import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToDoubleFunction;

/** Times that many threads add to. */
final class Samples {
    private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();

    void add(long sample) {
        nanos.add(sample);
    }

    int size() {
        return nanos.size();
    }

    void clear() {
        nanos.clear();
    }

    /** The usual quantiles in milliseconds. */
    void into(Map<String, Double> figures, String what) {
        if (!nanos.isEmpty()) {
            long[] sorted = sorted(nanos);
            figures.put(what + "p50 ms", at(sorted, 0.5) / 1e6);
            figures.put(what + "p95 ms", at(sorted, 0.95) / 1e6);
            figures.put(what + "p99 ms", at(sorted, 0.99) / 1e6);
            figures.put(what + "highest ms", at(sorted, 1) / 1e6);
        }
    }

    double quantileMillis(double share) {
        return nanos.isEmpty() ? Double.NaN : at(sorted(nanos), share) / 1e6;
    }

    private static long[] sorted(Collection<Long> of) {
        return of.stream().mapToLong(each -> each).sorted().toArray();
    }

    private static long at(long[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }

    static double median(Collection<Double> of) {
        return quantile(of, 0.5, each -> each);
    }

    static <T> double quantile(Collection<T> of, double share, ToDoubleFunction<T> value) {
        double[] sorted = of.stream().mapToDouble(value).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
