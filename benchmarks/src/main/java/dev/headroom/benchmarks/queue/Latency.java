package dev.headroom.benchmarks.queue;

import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long from the call that enqueues a job until it begins; each scenario gives its figures by name. A job's number is the time of
 * its call: {@link System#nanoTime()} is one clock for all JVMs of a Linux machine.
 */
final class Latency {
    private static final int PRODUCERS = 16;
    private static final int SNAPSHOT_PARTS = 10;
    private static final long NOT_COUNTED = 0;

    private final Trial trial;

    Latency(Trial trial) {
        this.trial = trial;
    }

    /** Single jobs by a plan of arrivals, each in a transaction of its own. */
    Map<String, Double> steady() throws Exception {
        trial.warmUp(Math.max(500, trial.jobs() / 10));
        Map<String, Double> figures = new LinkedHashMap<>();
        try (QueueSubject queue = trial.open()) {
            Samples samples = samples();
            queue.start();
            offer(queue, 3);
            samples.clear();
            LongAdder done = new LongAdder();
            Work.does(called -> {
                samples.add(System.nanoTime() - called);
                done.increment();
            });
            Cost cost = Cost.from(trial.database());
            int offered = offer(queue, trial.seconds());
            figures.put("done in time", done.sum() / (double) offered);
            samples.into(figures, "");
            cost.into(figures, offered);
        }
        return figures;
    }

    private static Samples samples() {
        Samples samples = new Samples();
        Work.does(called -> {
            if (called != NOT_COUNTED) {
                samples.add(System.nanoTime() - called);
            }
        });
        return samples;
    }

    /** From several threads, each job at its time or late; the time that counts is the one it was due. */
    private int offer(QueueSubject queue, int seconds) throws Exception {
        ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);
        int all = trial.rate() * seconds;
        long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
        List<Future<Boolean>> running = new ArrayList<>();
        for (int i = 0; i < PRODUCERS; i++) {
            int first = i;
            running.add(producers.submit(() -> {
                for (int job = first; job < all; job += PRODUCERS) {
                    long due = start + job * TimeUnit.SECONDS.toNanos(1) / trial.rate();
                    Trial.sleepUntil(due);
                    queue.enqueue(due);
                }
                return true;
            }));
        }
        for (Future<Boolean> each : running) {
            each.get();
        }
        producers.shutdown();
        return all;
    }

    /** One job at a time while there is nothing else to do, enqueued by the JVM that runs it. */
    Map<String, Double> pickup() throws Exception {
        trial.warmUp(Math.max(500, trial.jobs() / 20));
        Map<String, Double> figures = new LinkedHashMap<>();
        try (QueueSubject queue = trial.open()) {
            Samples samples = samples();
            queue.start();
            TimeUnit.SECONDS.sleep(2);
            produce(queue, 3, trial.rate());
            TimeUnit.SECONDS.sleep(1);
            samples.clear();
            produce(queue, trial.seconds(), trial.rate());
            awaitQuiet(samples);
            samples.into(figures, "");
            figures.put("jobs", (double) samples.size());
        }
        return figures;
    }

    /** The same, enqueued by another JVM. */
    Map<String, Double> elsewhere() throws Exception {
        trial.warmUp(Math.max(500, trial.jobs() / 20));
        Map<String, Double> figures = new LinkedHashMap<>();
        try (QueueSubject queue = trial.open()) {
            Samples samples = samples();
            queue.start();
            TimeUnit.SECONDS.sleep(2);
            Process producer = QueueSubjectMain.again("produce", trial);
            String ready =
                    new String(producer.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (producer.waitFor() != 0) {
                throw new IllegalStateException("the producer failed: " + ready);
            }
            awaitQuiet(samples);
            samples.into(figures, "");
            figures.put("jobs", (double) samples.size());
        }
        return figures;
    }

    /** What the other JVM does; its first jobs, for which nothing is compiled yet, are not counted. */
    Map<String, Double> produce() throws Exception {
        try (QueueSubject queue = trial.open()) {
            for (int i = 0; i < 3 * trial.rate(); i++) {
                queue.enqueue(NOT_COUNTED);
                TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(1) / trial.rate());
            }
            produce(queue, trial.seconds(), trial.rate());
        }
        return new LinkedHashMap<>();
    }

    private static void produce(QueueSubject queue, int seconds, int rate) throws Exception {
        // At uneven times, so that no poll is met always at the same moment.
        Random random = new Random(4);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long usual = TimeUnit.SECONDS.toNanos(1) / rate;
        while (System.nanoTime() - end < 0) {
            queue.enqueue(System.nanoTime());
            TimeUnit.NANOSECONDS.sleep(usual / 2 + random.nextLong(usual));
        }
    }

    private static void awaitQuiet(Samples samples) throws InterruptedException {
        int before = -1;
        while (samples.size() > before) {
            before = samples.size();
            TimeUnit.SECONDS.sleep(6);
        }
    }

    /** Jobs at a rate, a hundredth of a second's at a time, while a transaction elsewhere keeps its snapshot. */
    Map<String, Double> snapshot() throws Exception {
        trial.warmUp(Math.max(500, trial.jobs() / 5));
        Map<String, Double> figures = new LinkedHashMap<>();
        try (QueueSubject queue = trial.open();
                var pool = trial.database().pool(1);
                Connection idle = pool.getConnection()) {
            Samples samples = samples();
            LongAdder done = new LongAdder();
            Work.does(called -> {
                samples.add(System.nanoTime() - called);
                done.increment();
            });
            queue.start();
            stream(queue, 5);
            part(figures, queue, samples, done, 5L * trial.rate(), "before: ");
            idle.setAutoCommit(false);
            idle.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try (Statement pin = idle.createStatement()) {
                pin.executeQuery("select count(*) from pg_class").close();
            }
            int each = Math.max(1, trial.seconds() / SNAPSHOT_PARTS);
            long offered = 5L * trial.rate();
            for (int part = 1; part <= SNAPSHOT_PARTS; part++) {
                stream(queue, each);
                offered += (long) each * trial.rate();
                part(figures, queue, samples, done, offered, part * each + " s: ");
            }
            figures.put(
                    "dead rows", (double) trial.database().number("select sum(n_dead_tup) from pg_stat_user_tables"));
            idle.rollback();
        }
        return figures;
    }

    private static void part(
            Map<String, Double> figures,
            QueueSubject queue,
            Samples samples,
            LongAdder done,
            long offered,
            String name) {
        figures.put(name + "pickup p50 ms", samples.quantileMillis(0.5));
        figures.put(name + "pickup p99 ms", samples.quantileMillis(0.99));
        figures.put(name + "backlog", (double) offered - done.sum());
        List<Double> claims = queue.claimMillis();
        if (!claims.isEmpty()) {
            figures.put(name + "claim p50 ms", Samples.median(claims));
        }
        samples.clear();
    }

    private void stream(QueueSubject queue, int seconds) throws Exception {
        int perBatch = Math.max(1, trial.rate() / 100);
        long start = System.nanoTime();
        int batches = trial.rate() * seconds / perBatch;
        for (int batch = 0; batch < batches; batch++) {
            Trial.sleepUntil(start + batch * TimeUnit.SECONDS.toNanos(seconds) / batches);
            List<Long> numbers = new ArrayList<>();
            long now = System.nanoTime();
            for (int i = 0; i < perBatch; i++) {
                numbers.add(now);
            }
            queue.enqueueAll(numbers);
        }
    }
}
