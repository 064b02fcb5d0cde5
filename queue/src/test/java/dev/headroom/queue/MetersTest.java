package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Component;
import dev.headroom.Contracts;
import dev.headroom.Contributions;
import dev.headroom.Headroom;
import dev.headroom.consistency.Consistency;
import dev.headroom.load.LoadSignal;
import dev.headroom.queue.Recorder.Note;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each meter tells of what there is and of what has happened, on a queue whose jobs have every kind of end. */
@OnEveryBackend
class MetersTest extends JobQueueContract {
    /** What tells of what has happened; the others tell of what there is. */
    private static final Set<String> EVENTS = Set.of(
            QueueMeters.ENQUEUED,
            QueueMeters.PICKUP,
            QueueMeters.RUN,
            QueueMeters.CLAIM,
            QueueMeters.LEASE_LOST,
            QueueMeters.RESCUED,
            QueueMeters.PARKED,
            QueueMeters.HELD_BACK);

    private static final Duration LONG = Duration.ofSeconds(30);

    private final KeptMeters meters = new KeptMeters();
    private final Ends ends = new Ends();
    private volatile double pressure;

    /** One for each end. */
    public final class Ends {
        private final AtomicInteger failuresLeft = new AtomicInteger(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private final AtomicInteger begun = new AtomicInteger();

        @Job(name = "end.done", queue = "ends")
        public void done(Note note) {}

        @Job(name = "end.again", queue = "ends", backoff = "1ms..5ms")
        public void again(Note note) {
            if (failuresLeft.getAndDecrement() > 0) {
                throw new IllegalStateException("told to");
            }
        }

        @Job(name = "end.dead", queue = "ends", attempts = 1)
        public void dead(Note note) {
            throw new IllegalStateException("told to");
        }

        @Job(name = "end.held", queue = "ends")
        public void held(Note note) throws InterruptedException {
            begun.incrementAndGet();
            release.await();
        }

        /** Another process takes it over meanwhile, and is done. */
        @Job(name = "end.lost", queue = "ends", tx = Tx.COMPLETE_IN_TX)
        public void lost(Note note, JobContext job) throws SQLException {
            try (Statement statement = job.connection().createStatement()) {
                statement.execute("insert into effect (id, note) values (1, 'lost')");
            }
            execute("delete from headroom_job where id = " + job.id());
        }

        @Job(name = "end.limited", queue = "ends")
        @Limit(running = 1)
        public void limited(Note note) throws InterruptedException {
            held(note);
        }

        @Job(name = "end.locked", queue = "locked", tx = Tx.LOCK_IN_TX)
        public void locked(Note note) {}

        @Job(name = "end.late", queue = "late")
        public void late(Note note) throws InterruptedException {
            release.await(50, TimeUnit.MILLISECONDS);
        }

        @Job(name = "end.yearly", queue = "ends")
        @Every(cron = "0 0 1 1 *", silence = "1h")
        public void yearly() {}
    }

    /** Nobody's here. */
    public static final class Elsewhere {
        @Job(name = "end.elsewhere", queue = "ends")
        public void elsewhere(Note note) {}
    }

    /** Feels what the test says. */
    private final class Sensor implements Component {
        @Override
        public String name() {
            return "sensor";
        }

        @Override
        public void contribute(Contributions to) {
            to.loadSignal(LoadSignal.of("router.lag", () -> pressure));
        }

        @Override
        public void close() {}
    }

    private void awaitCount(long expected, String name, String... tags) {
        await(name + " " + List.of(tags))
                .atMost(LONG)
                .untilAsserted(() -> assertThat(meters.count(name, tags)).isEqualTo(expected));
    }

    private void awaitSome(String name, String... tags) {
        await(name + " " + List.of(tags)).atMost(LONG).until(() -> meters.count(name, tags) > 0);
    }

    private void awaitValue(double expected, String name, String... tags) {
        await(name + " " + List.of(tags))
                .atMost(LONG)
                .untilAsserted(() -> assertThat(meters.value(name, tags)).isEqualTo(expected));
    }

    private void awaitRuns(long expected, String job, String outcome) {
        awaitCount(expected, QueueMeters.RUN, "job", job, "outcome", outcome);
    }

    @Test
    void countersAndTimersTellOfEveryEnd() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        JobQueue queue = built(JobQueue.builder(CuttingDataSource.of(dataSource(), refusals, new AtomicInteger()))
                .handlers(ends)
                .lease(Duration.ofSeconds(5))
                .parking(Duration.ofMinutes(10))
                .pollInterval(Duration.ofMillis(100))
                .shutdownGrace(Duration.ofMillis(100)));
        queue.enqueue(Ends::done, new Note(1, "held by a process that died"));
        execute("update headroom_job set state = 1, lease = 0");
        try (Headroom headroom = Headroom.builder("test")
                .meters(meters)
                .plug(new Sensor())
                .plug(queue)
                .build()) {
            awaitCount(1, QueueMeters.RESCUED);
            awaitRuns(1, "end.done", "done");

            queue.enqueueAll(Ends::done, List.of(new Note(2, ""), new Note(3, ""), new Note(4, "")));
            queue.enqueue(Ends::again, new Note(5, ""));
            queue.enqueue(Ends::dead, new Note(6, ""));
            queue.enqueue(Ends::lost, new Note(7, ""));
            queue.enqueue(Ends::locked, new Note(8, ""));
            queue.enqueue(Elsewhere::elsewhere, new Note(9, ""));
            awaitRuns(4, "end.done", "done");
            awaitRuns(1, "end.again", "retried");
            awaitRuns(1, "end.again", "done");
            awaitRuns(1, "end.dead", "dead");
            awaitRuns(1, "end.lost", "lost");
            awaitCount(1, QueueMeters.LEASE_LOST);
            awaitRuns(1, "end.locked", "done");
            awaitRuns(1, "end.elsewhere", "parked");
            awaitCount(1, QueueMeters.PARKED);

            JobHandle cancelled = queue.enqueue(Ends::held, new Note(10, ""));
            await().until(() -> ends.begun.get() == 1);
            assertThat(cancelled.cancel()).isTrue();
            awaitRuns(1, "end.held", "cancelled");

            loadHoldsJobsBackAndTheirPickupTakesThatLong(headroom, queue);

            awaitSome(QueueMeters.CLAIM, "result", "none");
            awaitSome(QueueMeters.CLAIM, "result", "jobs");
            await().atMost(LONG).until(() -> {
                refusals.set(2);
                return meters.count(QueueMeters.CLAIM, "result", "failed") > 0;
            });
            refusals.set(0);

            queue.enqueue(Ends::held, new Note(12, ""));
            await().atMost(LONG).until(() -> ends.begun.get() == 2);
        }
        awaitRuns(1, "end.held", "returned");

        awaitCount(3, QueueMeters.ENQUEUED, "job", "end.done");
        awaitCount(2, QueueMeters.ENQUEUED, "job", "end.held");
        awaitCount(1, QueueMeters.ENQUEUED, "job", "end.locked");
        awaitCount(1, QueueMeters.PICKUP, "queue", "locked");
        // One each, two of the one that was tried again, and none of what was locked or late.
        awaitCount(4 + 2 + 1 + 1 + 1 + 1 + 1, QueueMeters.PICKUP, "queue", "ends");
        assertThat(meters.counted()).isEqualTo(EVENTS);
        execute("delete from headroom_job");
    }

    private void loadHoldsJobsBackAndTheirPickupTakesThatLong(Headroom headroom, JobQueue queue) {
        pressure = 1.1;
        awaitSome(QueueMeters.HELD_BACK, "advice", "slow");
        pressure = 1.5;
        await().until(() -> headroom.load().pressure() == 1.5);
        awaitSome(QueueMeters.HELD_BACK, "advice", "stop");
        queue.enqueue(Ends::late, new Note(11, ""));
        await().during(Duration.ofMillis(400))
                .atMost(LONG)
                .until(() -> meters.count(QueueMeters.PICKUP, "queue", "late") == 0);
        pressure = 0;
        awaitRuns(1, "end.late", "done");
        assertThat(Duration.ofNanos(meters.longest(QueueMeters.PICKUP, "queue", "late")))
                .isBetween(Duration.ofMillis(400), LONG);
        assertThat(Duration.ofNanos(meters.longest(QueueMeters.RUN, "job", "end.late", "outcome", "done")))
                .isBetween(Duration.ofMillis(50), LONG);
    }

    @Test
    void aClaimThatFailsIsToldAsThatWhereItsTransactionRunsTheJobsToo() {
        AtomicBoolean fails = new AtomicBoolean(true);
        JobQueue queue = built(builder().handlers(ends));
        Contracts alone = Contracts.standalone();
        Consistency consistency = (Consistency) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Consistency.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("capture") && fails.get()) {
                        throw new IllegalStateException("no position to be had");
                    }
                    return method.invoke(alone.consistency(), arguments);
                });
        queue.connect(new Contracts(
                meters, alone.readings(), alone.load(), consistency, alone.transactions(), alone.background()));
        queue.start();
        // A position is asked for where there is a job, and there is none for the claims of others.
        queue.enqueue(Ends::locked, new Note(1, ""));
        awaitSome(QueueMeters.CLAIM, "result", "failed");
        fails.set(false);
        awaitRuns(1, "end.locked", "done");
        awaitNoJobs();
    }

    @Test
    void gaugesTellWhatThereIs() throws Exception {
        JobQueue queue = built(builder().handlers(ends));
        try (Headroom headroom =
                Headroom.builder("test").meters(meters).plug(queue).build()) {
            assertThat(headroom.name()).isEqualTo("test");
            queue.pause("late");
            queue.enqueue(Ends::late, new Note(1, ""));
            queue.enqueue(Ends::late, new Note(2, ""));
            execute("update headroom_job set run_at = run_at - interval '600' second");
            queue.enqueueAll(Ends::limited, List.of(new Note(3, ""), new Note(4, ""), new Note(5, "")));
            queue.enqueue(Ends::dead, new Note(6, ""));
            await().until(() -> count("headroom_job_schedule") == 1);
            execute("update headroom_job_schedule set done_at = done_at - interval '2' hour");

            awaitValue(2, QueueMeters.READY, "queue", "late");
            awaitValue(0, QueueMeters.READY, "queue", "ends");
            awaitValue(2, QueueMeters.BLOCKED, "queue", "ends");
            awaitValue(0, QueueMeters.BLOCKED, "queue", "late");
            awaitValue(1, QueueMeters.BUSY, "queue", "ends");
            awaitValue(0, QueueMeters.BUSY, "queue", "locked");
            awaitValue(1, QueueMeters.DEAD, "queue", "ends");
            awaitValue(1, QueueMeters.PAUSED, "queue", "late");
            awaitValue(0, QueueMeters.PAUSED, "queue", "ends");
            assertThat(meters.value(QueueMeters.OLDEST_AGE, "queue", "late")).isBetween(600.0, 700.0);
            assertThat(meters.value(QueueMeters.OLDEST_AGE, "queue", "ends")).isZero();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(meters.value(QueueMeters.SILENCE, "job", "end.yearly"))
                            .isBetween(7_200.0, 7_300.0));

            Set<String> all = new TreeSet<>(EVENTS);
            all.addAll(meters.gauges());
            assertThat(all).as("and these are all meters").isEqualTo(documented());

            ends.release.countDown();
            queue.resume("late");
            awaitNoJobs();
            awaitValue(0, QueueMeters.OLDEST_AGE, "queue", "late");
        }
        assertThat(meters.gauges()).as("when it is closed").isEmpty();
    }

    private static Set<String> documented() {
        return Arrays.stream(QueueMeters.class.getFields())
                .map(MetersTest::text)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(Field field) {
        try {
            return (String) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
