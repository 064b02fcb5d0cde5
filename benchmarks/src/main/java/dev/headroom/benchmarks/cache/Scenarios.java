package dev.headroom.benchmarks.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** What happens to a subject; each gives its figures by name. */
final class Scenarios {
    private static final int NODES = 8;
    private static final int CALLERS_PER_NODE = 25;
    private static final long LOAD_MILLIS = 200;
    private static final int WARM_UP = 3;

    private final Supplier<Subject> opening;
    private final int rounds;

    /**
     * Scenarios for one kind of subject.
     *
     * @param opening opens one node
     * @param rounds how often to repeat
     */
    Scenarios(Supplier<Subject> opening, int rounds) {
        this.opening = opening;
        this.rounds = rounds;
    }

    /** 200 callers at 8 nodes ask for one key that nobody has; a load takes 200 ms. */
    Map<String, String> cold() throws Exception {
        List<Long> beyond = new ArrayList<>();
        List<Integer> loads = new ArrayList<>();
        try (Nodes nodes = new Nodes(NODES)) {
            ExecutorService threads = Executors.newFixedThreadPool(NODES * CALLERS_PER_NODE);
            for (int round = -WARM_UP; round < rounds; round++) {
                AtomicInteger loaded = new AtomicInteger();
                List<Long> took = together(threads, NODES * CALLERS_PER_NODE, nodes, "cold:" + round, loaded);
                if (round >= 0) {
                    loads.add(loaded.get());
                    took.forEach(nanos -> beyond.add(nanos - TimeUnit.MILLISECONDS.toNanos(LOAD_MILLIS)));
                }
            }
            threads.shutdownNow();
        }
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put(
                "loads, mean",
                "%.1f".formatted(loads.stream().mapToInt(n -> n).average().orElse(0)));
        figures.put(
                "loads, most",
                Integer.toString(loads.stream().mapToInt(n -> n).max().orElse(0)));
        figures.put("beyond the loader, p50 ms", millis(quantile(beyond, 0.5)));
        figures.put("p99 ms", millis(quantile(beyond, 0.99)));
        return figures;
    }

    private static List<Long> together(
            ExecutorService threads, int callers, Nodes nodes, String key, AtomicInteger loaded) throws Exception {
        CyclicBarrier start = new CyclicBarrier(callers);
        List<Future<Long>> calls = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Subject node = nodes.get(i % NODES);
            calls.add(threads.submit(() -> {
                start.await();
                long begun = System.nanoTime();
                node.get(key, () -> load(loaded, LOAD_MILLIS));
                return System.nanoTime() - begun;
            }));
        }
        List<Long> took = new ArrayList<>();
        for (Future<Long> call : calls) {
            took.add(call.get());
        }
        return took;
    }

    private static String load(AtomicInteger loaded, long millis) throws InterruptedException {
        loaded.incrementAndGet();
        Thread.sleep(millis);
        return "a value";
    }

    /** 40 callers at 8 nodes ask for 40 keys; a load takes 100 ms. */
    Map<String, String> independent() throws Exception {
        int keys = 40;
        List<Long> walls = new ArrayList<>();
        try (Nodes nodes = new Nodes(NODES)) {
            ExecutorService threads = Executors.newFixedThreadPool(keys);
            for (int round = -WARM_UP; round < rounds; round++) {
                AtomicInteger loaded = new AtomicInteger();
                CyclicBarrier start = new CyclicBarrier(keys + 1);
                CountDownLatch done = new CountDownLatch(keys);
                for (int i = 0; i < keys; i++) {
                    Subject node = nodes.get(i % NODES);
                    String key = "independent:" + round + ":" + i;
                    threads.submit(() -> {
                        start.await();
                        try {
                            return node.get(key, () -> load(loaded, 100));
                        } finally {
                            done.countDown();
                        }
                    });
                }
                start.await();
                long begun = System.nanoTime();
                done.await();
                if (round >= 0) {
                    walls.add(System.nanoTime() - begun);
                }
            }
            threads.shutdownNow();
        }
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("40 keys, median ms", millis(quantile(walls, 0.5)));
        figures.put("lowest ms", millis(quantile(walls, 0)));
        figures.put("highest ms", millis(quantile(walls, 1)));
        return figures;
    }

    /** One key, fresh for 2 s, asked for 2,000 times a second for 20 s at two nodes; a load takes 200 ms. */
    Map<String, String> hot(Duration fresh) throws Exception {
        int perSecond = 2_000;
        int seconds = 20;
        int callers = 500;
        AtomicInteger loaded = new AtomicInteger();
        List<Long> call = new ArrayList<>();
        List<Long> due = new ArrayList<>();
        try (Nodes nodes = new Nodes(2)) {
            for (int i = 0; i < 2; i++) {
                nodes.get(i).get("hot", () -> load(loaded, LOAD_MILLIS));
            }
            int first = loaded.get();
            ExecutorService threads = Executors.newFixedThreadPool(callers);
            long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
            List<Future<long[][]>> results = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                int caller = i;
                results.add(threads.submit(() -> planned(
                        nodes.get(caller % 2), caller, callers, perSecond * seconds, perSecond, start, loaded)));
            }
            for (Future<long[][]> result : results) {
                Arrays.stream(result.get()[0]).forEach(call::add);
                Arrays.stream(result.get()[1]).forEach(due::add);
            }
            threads.shutdownNow();
            loaded.addAndGet(-first);
        }
        Map<String, String> figures = new LinkedHashMap<>();
        double expiries = seconds / (double) fresh.toSeconds();
        figures.put("loads", Integer.toString(loaded.get()));
        figures.put("per expiry", "%.1f".formatted(loaded.get() / expiries));
        figures.put("call p99 ms", millis(quantile(call, 0.99)));
        figures.put("call p99.9 ms", millis(quantile(call, 0.999)));
        figures.put("longest ms", millis(quantile(call, 1)));
        figures.put("from when it was due, p99.9 ms", millis(quantile(due, 0.999)));
        return figures;
    }

    /** Calls number {@code caller}, {@code caller + callers} and so on, each at its time, or late if the one before took long. */
    private static long[][] planned(
            Subject node, int caller, int callers, int all, int perSecond, long start, AtomicInteger loaded)
            throws Exception {
        int count = all / callers;
        long[][] took = new long[2][count];
        for (int i = 0; i < count; i++) {
            long due = start + (caller + (long) i * callers) * TimeUnit.SECONDS.toNanos(1) / perSecond;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                TimeUnit.NANOSECONDS.sleep(left);
            }
            long begun = System.nanoTime();
            node.get("hot", () -> load(loaded, LOAD_MILLIS));
            long end = System.nanoTime();
            took[0][i] = end - begun;
            took[1][i] = end - due;
        }
        return took;
    }

    /** One thread asks for values that are in the shared tier, and the JVM holds none; 1,000 keys, values of 100 letters. */
    Map<String, String> shared() throws Exception {
        int keys = 1_000;
        int together = 100;
        String value = "v".repeat(100);
        AtomicInteger loaded = new AtomicInteger();
        List<Long> one = new ArrayList<>();
        List<Long> several = new ArrayList<>();
        try (Nodes nodes = new Nodes(1)) {
            Subject node = nodes.get(0);
            for (int pass = -WARM_UP - 1; pass < rounds; pass++) {
                for (int i = 0; i < keys; i++) {
                    long begun = System.nanoTime();
                    node.get("shared:" + i, () -> {
                        loaded.incrementAndGet();
                        return value;
                    });
                    if (pass >= 0) {
                        one.add(System.nanoTime() - begun);
                    }
                }
                for (int i = 0; i < keys; i += together / 5) {
                    int first = i % (keys - together);
                    List<String> wanted = IntStream.range(first, first + together)
                            .mapToObj(key -> "shared:" + key)
                            .toList();
                    long begun = System.nanoTime();
                    Map<String, String> found = node.getAll(wanted);
                    if (found != null && found.size() != together) {
                        throw new IllegalStateException(found.size() + " of " + together + " values");
                    }
                    if (found != null && pass >= 0) {
                        several.add(System.nanoTime() - begun);
                    }
                }
            }
        }
        Map<String, String> figures = new LinkedHashMap<>();
        figures.put("loads", Integer.toString(loaded.get()));
        figures.put("one key, p50 µs", micros(quantile(one, 0.5), 1));
        figures.put("p90 µs", micros(quantile(one, 0.9), 1));
        figures.put("p99 µs", micros(quantile(one, 0.99), 1));
        if (!several.isEmpty()) {
            figures.put("100 by one call, each p50 µs", micros(quantile(several, 0.5), together));
            figures.put("each p90 µs", micros(quantile(several, 0.9), together));
        }
        return figures;
    }

    /** The shared tier is stopped ({@code SIGSTOP}); calls for keys that nobody has, with a loader that takes no time. */
    Map<String, String> hung(Runnable stopped, Runnable continued) throws Exception {
        int later = 20;
        long patience = TimeUnit.SECONDS.toNanos(20);
        try (Nodes nodes = new Nodes(1)) {
            Subject node = nodes.get(0);
            for (int i = 0; i < 200; i++) {
                node.get("warm:" + i, () -> "a value");
            }
            stopped.run();
            int errors = 0;
            List<Long> took = new ArrayList<>();
            long end = System.nanoTime() + patience;
            for (int i = 0; i <= later && (i < 2 || System.nanoTime() - end < 0); i++) {
                long begun = System.nanoTime();
                try {
                    node.get("hung:" + i, () -> "a value");
                } catch (Exception e) {
                    errors++;
                }
                took.add(System.nanoTime() - begun);
            }
            Map<String, String> figures = new LinkedHashMap<>();
            figures.put("first call ms", millis(took.get(0)));
            figures.put("later calls: longest ms", millis(quantile(took.subList(1, took.size()), 1)));
            figures.put("last call ms", millis(took.get(took.size() - 1)));
            figures.put("errors", errors + " of " + took.size());
            return figures;
        } finally {
            continued.run();
        }
    }

    private static String millis(long nanos) {
        return "%,.3f".formatted(nanos / 1e6);
    }

    private static String micros(long nanos, int parts) {
        return "%,.2f".formatted(nanos / 1e3 / parts);
    }

    private static long quantile(List<Long> values, double share) {
        long[] sorted = values.stream().mapToLong(value -> value).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1L, Math.round(share * (sorted.length - 1)))];
    }

    /** Several nodes, opened one after the other, closed together. */
    private final class Nodes implements AutoCloseable {
        private final List<Subject> all = new ArrayList<>();

        Nodes(int count) {
            for (int i = 0; i < count; i++) {
                all.add(opening.get());
            }
        }

        Subject get(int node) {
            return all.get(node);
        }

        @Override
        public void close() {
            all.forEach(Subject::close);
        }
    }
}
