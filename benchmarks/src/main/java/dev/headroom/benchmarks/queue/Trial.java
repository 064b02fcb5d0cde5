package dev.headroom.benchmarks.queue;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * One subject in one scenario.
 *
 * @param jobs how many jobs, where a scenario has a number of them
 * @param rate jobs a second, where a scenario has a rate
 * @param seconds for how long, where a scenario has a time
 */
record Trial(String subject, Database database, int jobs, int rate, int seconds) {
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(5);

    QueueSubject open() throws Exception {
        return QueueSubjects.open(subject, database);
    }

    static List<Long> numbers(int count) {
        return LongStream.range(0, count).boxed().toList();
    }

    /** Enqueues and works off as many as it takes for the compilers and the server's caches to be warm. */
    void warmUp(int count) throws Exception {
        try (QueueSubject queue = open()) {
            LongAdder done = count();
            queue.enqueueAll(numbers(count));
            queue.start();
            await(done, count, queue);
        }
        database.checkpoint();
    }

    /** Counts what is done from now on. */
    static LongAdder count() {
        LongAdder done = new LongAdder();
        Work.does(number -> done.increment());
        return done;
    }

    /** Until so many are done and none is left in the database. */
    void await(LongAdder done, long count, QueueSubject queue) throws Exception {
        await(done, count);
        long end = System.nanoTime() + PATIENCE;
        while (database.number(queue.remaining()) > 0) {
            pause(end, "jobs left in the database");
        }
    }

    static void await(LongAdder done, long count) {
        long end = System.nanoTime() + PATIENCE;
        while (done.sum() < count) {
            pause(end, done.sum() + " of " + count + " jobs done");
        }
    }

    private static void pause(long end, String what) {
        if (System.nanoTime() - end > 0) {
            throw new IllegalStateException("not done in time: " + what);
        }
        LockSupport.parkNanos(2_000_000);
    }

    /** Until a time of {@link System#nanoTime()}. */
    static void sleepUntil(long time) throws InterruptedException {
        for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    static double secondsSince(long begun) {
        return (System.nanoTime() - begun) / 1e9;
    }

    /** One figure of those there are by another. */
    static double ratio(Map<String, Double> figures, String of, String to) {
        return Objects.requireNonNull(figures.get(of)) / Objects.requireNonNull(figures.get(to));
    }
}
