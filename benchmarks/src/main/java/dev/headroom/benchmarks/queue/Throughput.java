package dev.headroom.benchmarks.queue;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;

/** How much a subject gets done; each scenario gives its figures by name. */
final class Throughput {
    private static final int COMMITTERS = 64;

    private final Trial trial;

    Throughput(Trial trial) {
        this.trial = trial;
    }

    /** Jobs that wait before the workers start. */
    Map<String, Double> burndown() throws Exception {
        trial.warmUp(Math.max(500, trial.jobs() / 5));
        Map<String, Double> figures = new LinkedHashMap<>();
        try (QueueSubject queue = trial.open()) {
            LongAdder done = Trial.count();
            queue.enqueueAll(Trial.numbers(trial.jobs()));
            trial.database().analyze();
            Cost cost = Cost.from(trial.database());
            long begun = System.nanoTime();
            queue.start();
            trial.await(done, trial.jobs(), queue);
            double seconds = Trial.secondsSince(begun);
            figures.put("jobs/s", trial.jobs() / seconds);
            cost.into(figures, trial.jobs());
            figures.put("seconds", seconds);
            figures.put("runs beyond one each", (double) done.sum() - trial.jobs());
        }
        return figures;
    }

    /** Jobs enqueued in one call, nobody works on them. */
    Map<String, Double> bulk() throws Exception {
        Map<String, Double> figures = new LinkedHashMap<>();
        try (QueueSubject queue = trial.open()) {
            queue.enqueueAll(Trial.numbers(Math.max(500, trial.jobs() / 4)));
            trial.database().analyze();
            Cost cost = Cost.from(trial.database());
            long begun = System.nanoTime();
            queue.enqueueAll(Trial.numbers(trial.jobs()));
            double seconds = Trial.secondsSince(begun);
            figures.put("jobs/s", trial.jobs() / seconds);
            cost.into(figures, trial.jobs());
            figures.put("seconds", seconds);
        }
        return figures;
    }

    /** The first jobs of a thousand and of half a million more, and what it takes to tell how many wait. */
    Map<String, Double> waiting() throws Exception {
        trial.warmUp(Math.max(500, trial.jobs() / 2));
        Map<String, Double> figures = new LinkedHashMap<>();
        double few = first(1_000, figures);
        double many = first(500_000, figures);
        figures.put("ratio", many / few);
        return figures;
    }

    private double first(int behind, Map<String, Double> figures) throws Exception {
        String name = String.format(Locale.ROOT, "%,d wait", behind);
        try (QueueSubject queue = trial.open()) {
            LongAdder done = Trial.count();
            queue.enqueueAll(Trial.numbers(trial.jobs() + behind));
            trial.database().analyze();
            if (queue instanceof HeadroomSubject ours) {
                figures.put(name + ", ms to count", ours.millisToCount());
            }
            long begun = System.nanoTime();
            queue.start();
            Trial.await(done, trial.jobs());
            double rate = trial.jobs() / Trial.secondsSince(begun);
            figures.put(name + ", jobs/s", rate);
            return rate;
        }
    }

    /** What one does in a transaction beside the row that it is about. */
    @FunctionalInterface
    private interface Beside {
        void in(Connection connection, long number) throws Exception;
    }

    /** 64 committers: a row alone, a row and a second one as long as a job's, a row and the job's row by hand, a row and a job. */
    Map<String, Double> transaction() throws Exception {
        Database database = trial.database();
        database.execute("create table business (id bigint generated always as identity primary key, note text)");
        database.execute("create table beside (id bigint generated always as identity primary key, kind text, "
                + "payload text, at timestamptz not null default now())");
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        Map<String, Map<String, Double>> costs = new LinkedHashMap<>();
        try (QueueSubject queue = trial.open();
                var pool = database.pool(COMMITTERS)) {
            Map<String, Beside> besides = new LinkedHashMap<>();
            besides.put("row", (connection, number) -> {});
            besides.put("row and row", Throughput::second);
            if (queue instanceof HeadroomSubject ours) {
                besides.put("row and job's row", ours::insertByHand);
            }
            besides.put("row and job", queue::enqueue);
            for (int round = -1; round < 3; round++) {
                for (Map.Entry<String, Beside> each : besides.entrySet()) {
                    double seconds = round < 0 ? 2 : trial.seconds() / (3.0 * besides.size());
                    Cost cost = Cost.from(database);
                    double rate = committed(pool, each.getValue(), seconds);
                    if (round >= 0) {
                        rates.computeIfAbsent(each.getKey(), name -> new ArrayList<>())
                                .add(rate);
                        cost.into(costs.computeIfAbsent(each.getKey(), name -> new LinkedHashMap<>()), rate * seconds);
                    }
                }
            }
        }
        Map<String, Double> figures = new LinkedHashMap<>();
        rates.forEach((name, all) -> figures.put(name + ", tps", Samples.median(all)));
        costs.forEach((name, last) ->
                last.forEach((what, value) -> figures.put(name + ", " + what.replace("/job", ""), value)));
        figures.put("row and job / row", Trial.ratio(figures, "row and job, tps", "row, tps"));
        figures.put("row and job / row and row", Trial.ratio(figures, "row and job, tps", "row and row, tps"));
        if (rates.containsKey("row and job's row")) {
            figures.put(
                    "row and job / row and job's row",
                    Trial.ratio(figures, "row and job, tps", "row and job's row, tps"));
        }
        return figures;
    }

    private static void second(Connection connection, long number) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into beside (kind, payload) values (?, ?)")) {
            insert.setString(1, "work");
            insert.setString(2, "{\"number\":" + number + "}");
            insert.executeUpdate();
        }
    }

    private static double committed(DataSource pool, Beside beside, double seconds) throws Exception {
        ExecutorService committers = Executors.newFixedThreadPool(COMMITTERS);
        LongAdder committed = new LongAdder();
        long begun = System.nanoTime();
        long end = begun + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < COMMITTERS; i++) {
            all.add(committers.submit(() -> {
                while (System.nanoTime() - end < 0) {
                    transact(pool, beside, committed.sum());
                    committed.increment();
                }
                return true;
            }));
        }
        for (Future<Boolean> each : all) {
            each.get();
        }
        committers.shutdown();
        return committed.sum() / Trial.secondsSince(begun);
    }

    private static void transact(DataSource pool, Beside beside, long number) throws Exception {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("insert into business (note) values (?)")) {
                insert.setString(1, "order " + number);
                insert.executeUpdate();
            }
            beside.in(connection, number);
            connection.commit();
        }
    }
}
