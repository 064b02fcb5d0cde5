package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.Contracts;
import dev.headroom.meter.Meters;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.queue.spi.JobMiddleware;
import dev.headroom.queue.testing.ManualQueue;
import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A handler may have its job run again later: that is no failure, and costs nothing that a failure costs. */
@OnEveryBackend
class SnoozeTest extends JobQueueContract {
    private static final Duration TIME = Duration.ofMinutes(10);

    private final Orders orders = new Orders();

    /** Orders that wait for their money; each kind gives up at its first failure, whatever that is. */
    public static final class Orders {
        final List<String> order = new CopyOnWriteArrayList<>();
        final List<Integer> attempts = new CopyOnWriteArrayList<>();
        final Map<Long, Integer> snoozes = new ConcurrentHashMap<>();
        final CountDownLatch began = new CountDownLatch(1);
        volatile CountDownLatch goesOn = new CountDownLatch(0);
        volatile Duration time = TIME;

        @Job(name = "order.plain", attempts = 1, giveUpOn = Throwable.class)
        public void plain(Note note, JobContext job) {
            settle(note, job);
        }

        @Job(name = "order.complete", tx = Tx.COMPLETE_IN_TX, attempts = 1, giveUpOn = Throwable.class, track = true)
        public String complete(Note note, JobContext job) throws SQLException {
            insert(note, job);
            job.progress(0.5, "written");
            settle(note, job);
            return note.text();
        }

        @Job(name = "order.lock", queue = "locked", tx = Tx.LOCK_IN_TX, attempts = 1, giveUpOn = Throwable.class)
        public void lock(Note note, JobContext job) throws SQLException {
            insert(note, job);
            settle(note, job);
        }

        @Job(name = "order.limited", attempts = 1)
        @Limit(running = 1)
        public void limited(Note note, JobContext job) {
            settle(note, job);
        }

        @Job(name = "order.held", attempts = 1)
        public void held(Note note, JobContext job) throws InterruptedException {
            began.countDown();
            goesOn.await();
            settle(note, job);
        }

        @Job(name = "order.wrapped", attempts = 1)
        public void wrapped(Note note) {
            throw new IllegalStateException("around", SnoozeException.forDuration(TIME));
        }

        @Job(name = "order.slow", attempts = 1, timeout = "50ms")
        public void slow(Note note) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException over) {
                throw SnoozeException.forDuration(TIME, "too slow");
            }
        }

        private static void insert(Note note, JobContext job) throws SQLException {
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into effect (id, note) values (?, ?)")) {
                insert.setLong(1, note.id());
                insert.setString(2, note.text());
                insert.executeUpdate();
            }
        }

        private void settle(Note note, JobContext job) {
            attempts.add(job.attempt());
            if (snoozes.merge(note.id(), -1, Integer::sum) >= 0) {
                order.add("snoozed " + note.id());
                throw SnoozeException.forDuration(time, "not settled\0yet");
            }
            order.add("done " + note.id());
        }
    }

    @Test
    void runsAgainAfterTheTimeAndNoAttemptCountsHoweverOften() throws Exception {
        JobQueue queue = built(builder().handlers(orders));
        JobHandle plain = queue.enqueue(Orders::plain, new Note(1, ""));
        JobHandle complete = queue.enqueue(Orders::complete, new Note(2, "settled"));
        int often = 30;
        orders.snoozes.putAll(Map.of(1L, often, 2L, often));
        execute("update headroom_job set crashes = 2");
        try (Warnings warnings = new Warnings("FailedRuns");
                ManualQueue jobs = ManualQueue.of(queue)) {
            for (int i = 0; i < often; i++) {
                assertThat(jobs.drain()).isEqualTo(2);
                assertThat(count("headroom_job where state = 2 and attempt = 0 and crashes = 0"))
                        .isEqualTo(2);
                assertThat(count("effect")).isZero();
                jobs.advance(TIME.minusMinutes(1));
                assertThat(jobs.drain()).as("before its time").isZero();
                jobs.advance(Duration.ofMinutes(1));
            }
            assertThat(count("headroom_job where error like '%snoozed for PT10M: not settled yet%'"))
                    .as("the reason")
                    .isEqualTo(2);
            assertThat(plain.state()).contains(JobState.SCHEDULED);
            assertThat(complete.await(Duration.ZERO)).as("has not ended").isEmpty();
            assertThat(complete.progress()).contains(new JobProgress(0.5, "written"));
            assertThat(jobs.drain()).isEqualTo(2);
            assertThat(warnings.messages()).isEmpty();
        }
        assertThat(orders.attempts).hasSize(2 * often + 2).containsOnly(1);
        assertThat(complete.await(Duration.ofSeconds(20)).orElseThrow().value(String.class))
                .contains("settled");
        assertThat(count("effect")).isOne();
        assertThat(queue.dead().newest(9)).isEmpty();
    }

    /** An application without anything but the outcomes of runs. */
    private static Contracts outcomes(List<String> outcomes) {
        Contracts alone = Contracts.standalone();
        Meters meters = (Meters) Proxy.newProxyInstance(
                SnoozeTest.class.getClassLoader(), new Class<?>[] {Meters.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("timer") && QueueMeters.RUN.equals(arguments[0])) {
                        outcomes.add(((String[]) arguments[1])[3]);
                    }
                    return method.invoke(alone.meters(), arguments);
                });
        return new Contracts(
                meters, alone.readings(), alone.load(), alone.consistency(), alone.transactions(), alone.background());
    }

    @Test
    void ofThoseThatATransactionLocksEachIsDoneOnce() {
        orders.time = Duration.ofMillis(1);
        IntStream.range(0, 20).forEach(i -> orders.snoozes.put((long) i, i % 3));
        List<Note> notes = IntStream.range(0, 20).mapToObj(i -> new Note(i, "")).toList();
        JobQueue queue = built(builder().handlers(orders).workers(2));
        List<String> outcomes = new CopyOnWriteArrayList<>();
        queue.connect(outcomes(outcomes));
        queue.enqueueAll(Orders::lock, notes);
        queue.enqueueAll(Orders::complete, notes);
        try (Warnings warnings = new Warnings("FailedRuns")) {
            queue.start();
            awaitNoJobs();
            assertThat(warnings.messages()).isEmpty();
        }
        assertThat(count("effect")).isEqualTo(40);
        assertThat(number("select count(distinct id) from effect")).isEqualTo(20);
        assertThat(orders.attempts).containsOnly(1);
        assertThat(queue.dead().newest(9)).isEmpty();
        await().untilAsserted(
                        () -> assertThat(outcomes).filteredOn("done"::equals).hasSize(40));
        assertThat(outcomes).contains("snoozed").doesNotContain("retried", "dead");
    }

    @Test
    void keepsItsKeyAndGivesItsPlaceInALimitToOthers() {
        JobQueue queue = built(builder().handlers(orders));
        orders.snoozes.put(1L, 1);
        JobHandle first = queue.unique("key").enqueue(Orders::limited, new Note(1, ""));
        queue.enqueue(Orders::limited, new Note(2, ""));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
            assertThat(orders.order).containsExactly("snoozed 1", "done 2");
            assertThat(queue.unique("key")
                            .enqueue(Orders::limited, new Note(3, ""))
                            .id())
                    .isEqualTo(first.id());
            jobs.advance(TIME);
            jobs.drain();
            assertThat(orders.order).containsExactly("snoozed 1", "done 2", "done 1");
        }
    }

    @Test
    void itsBatchGoesOnWhenItIsDone() {
        JobQueue queue = built(builder().handlers(orders));
        orders.snoozes.put(1L, 1);
        JobBatch batch = queue.batch(jobs -> {
            var first = jobs.add(Orders::plain, new Note(1, ""));
            jobs.add(Orders::plain, new Note(2, "")).after(first);
            jobs.onEnd(Orders::plain, new Note(3, ""));
        });
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            assertThat(jobs.drain()).isOne();
            assertThat(batch.progress().orElseThrow().share()).isZero();
            jobs.advance(TIME);
            assertThat(jobs.drain()).isEqualTo(3);
        }
        assertThat(orders.order).containsExactly("snoozed 1", "done 1", "done 2", "done 3");
        assertThat(batch.progress().orElseThrow().done()).isEqualTo(2);
    }

    @Test
    void middlewareMayToo() {
        List<String> ran = new CopyOnWriteArrayList<>();
        JobQueue queue = built(builder().handlers(orders).middleware(new JobMiddleware() {
            @Override
            public @Nullable Object run(Run run) throws Exception {
                if (ran.isEmpty()) {
                    ran.add("before it began");
                    throw SnoozeException.forDuration(TIME);
                }
                return run.proceed();
            }
        }));
        queue.enqueue(Orders::plain, new Note(1, ""));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
            assertThat(orders.order).isEmpty();
            jobs.advance(TIME);
            jobs.drain();
        }
        assertThat(orders.order).containsExactly("done 1");
    }

    @Test
    void asACauseOrAfterItsTimeoutTheRunHasFailed() {
        JobQueue queue = started(builder().handlers(orders));
        queue.enqueue(Orders::wrapped, new Note(1, ""));
        queue.enqueue(Orders::slow, new Note(2, ""));
        awaitNoJobs();
        assertThat(queue.dead().newest(9))
                .extracting(DeadJob::name)
                .containsExactlyInAnyOrder("order.wrapped", "order.slow");
    }

    @Test
    void mayBeCancelledMeanwhile() {
        JobQueue queue = built(builder().handlers(orders));
        orders.snoozes.put(1L, 1);
        JobHandle job = queue.enqueue(Orders::plain, new Note(1, ""));
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            assertThat(jobs.drain()).isOne();
            assertThat(job.cancel()).isTrue();
            jobs.advance(TIME);
            assertThat(jobs.drain()).isZero();
        }
        assertThat(job.state()).isEmpty();
    }

    /** The holder of the job hears of it with its next heartbeat, which is long after the run. */
    @Test
    void isCancelledAtOnceIfThatWasDoneWhileItRan() throws Exception {
        JobQueue queue = started(builder().handlers(orders));
        JobQueue other = built(builder().handlers(orders));
        orders.snoozes.put(1L, 1);
        orders.goesOn = new CountDownLatch(1);
        JobHandle job = queue.enqueue(Orders::held, new Note(1, ""));
        assertThat(orders.began.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(other.job(job.id()).orElseThrow().cancel()).isTrue();
        orders.goesOn.countDown();
        awaitNoJobs();
        assertThat(orders.order).containsExactly("snoozed 1");
    }
}
