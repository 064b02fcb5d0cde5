package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.batch.BatchProgress;
import dev.headroom.queue.batch.BatchStep;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.queue.testing.ManualQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that wait for one another run in their order, and a batch knows how its jobs ended. */
@OnEveryBackend
class BatchTest extends JobQueueContract {
    public record Part(String name) {}

    /** An import in parts. */
    public static class Imports {
        final List<String> order = new CopyOnWriteArrayList<>();
        final AtomicBoolean failed = new AtomicBoolean();
        final AtomicInteger effects = new AtomicInteger();
        final CountDownLatch begun = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        @Job(name = "part", attempts = 1, track = true)
        public void part(Part part) throws InterruptedException {
            if (part.name().equals("wait")) {
                release.await();
            }
            if (part.name().equals("fail")) {
                throw new IllegalStateException("no such part");
            }
            order.add(part.name());
        }

        @Job(name = "part.effect", attempts = 1, tx = Tx.COMPLETE_IN_TX)
        public void effect(Part part, JobContext job) throws Exception {
            try (var insert = job.connection().prepareStatement("insert into effect (id, note) values (1, ?)")) {
                insert.setString(1, part.name());
                insert.executeUpdate();
            }
            effects.incrementAndGet();
            if (part.name().equals("wait")) {
                begun.countDown();
                release.await();
            }
        }

        @Job(name = "flaky", attempts = 1)
        public void flaky(Part part, JobContext job) {
            if (failed.compareAndSet(false, true)) {
                throw new IllegalStateException("the first time");
            }
            order.add("flaky " + job.batch().orElseThrow());
        }

        @Job(name = "report")
        public void report(Part part, JobContext job) {
            order.add(part.name() + " " + job.batch().orElseThrow());
        }

        @Job(name = "alone")
        public void alone(JobContext job) {
            order.add("alone " + job.batch().isPresent());
        }
    }

    private final Imports imports = new Imports();

    @Test
    void jobsWaitForOthersAndOneRunsAtTheEndOfAll() throws Exception {
        JobQueue queue = started(builder().handlers(imports).workers(4));
        JobBatch batch;
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            batch = queue.in(connection).batch(jobs -> {
                BatchStep first = jobs.add(Imports::part, new Part("first"));
                BatchStep left = jobs.add(Imports::part, new Part("left")).after(first);
                BatchStep right = jobs.add(Imports::part, new Part("right")).after(first);
                jobs.add(Imports::part, new Part("last")).after(left, right);
                jobs.onEnd(Imports::report, new Part("report"));
            });
            assertThat(batch.progress()).as("not committed").isEmpty();
            connection.commit();
            connection.setAutoCommit(true);
        }
        assertThat(batch.await(Duration.ofSeconds(30))).contains(new BatchProgress(4, 4, 0, 0));
        awaitNoJobs();
        assertThat(imports.order.get(0)).isEqualTo("first");
        assertThat(imports.order.subList(1, 3)).containsExactlyInAnyOrder("left", "right");
        assertThat(imports.order.subList(3, 5))
                .containsExactly("last", "report BatchProgress[total=4, done=4, dead=0, cancelled=0]");
        assertThat(queue.batch(batch.id()).progress().orElseThrow().share()).isEqualTo(1);
        assertThat(count("headroom_job_member") + count("headroom_job_next")).isZero();
    }

    @Test
    void whatWaitsForAJobThatDiesOrIsCancelledIsCancelledUnlessItsEndIsEnough() {
        JobQueue queue = built(builder().handlers(imports));
        List<BatchStep> steps = new ArrayList<>();
        JobBatch batch = queue.batch(jobs -> {
            BatchStep fails = jobs.add(Imports::part, new Part("fail"));
            BatchStep child = jobs.add(Imports::part, new Part("child")).after(fails);
            BatchStep grandchild =
                    jobs.add(Imports::part, new Part("grandchild")).after(child);
            BatchStep anyway = jobs.add(Imports::part, new Part("anyway")).afterEnd(fails);
            BatchStep cancelled = jobs.add(Imports::part, new Part("cancelled"));
            BatchStep after = jobs.add(Imports::part, new Part("after")).after(cancelled);
            jobs.chain(anyway, jobs.add(Imports::part, new Part("chained")));
            jobs.onEnd(Imports::report, new Part("report"));
            steps.addAll(List.of(fails, child, grandchild, cancelled, after));
        });
        assertThat(steps.get(1).job().state()).contains(JobState.BLOCKED);
        assertThat(steps.get(3).job().cancel()).isTrue();
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            assertThat(jobs.drain()).isEqualTo(4);
        }
        assertThat(imports.order)
                .containsExactly("anyway", "chained", "report BatchProgress[total=7, done=2, dead=1, cancelled=4]");
        assertThat(batch.progress().orElseThrow().ended()).isTrue();
        assertThat(steps.get(2).job().result().orElseThrow().end()).isEqualTo(JobResult.End.CANCELLED);
        assertThat(queue.dead().requeue(steps.get(0).job().id())).isTrue();
        assertThat(batch.progress()).as("runs again").contains(new BatchProgress(7, 2, 0, 4));
        assertThat(steps.get(0).job().cancel()).isTrue();
        assertThat(batch.progress()).contains(new BatchProgress(7, 2, 0, 5));
        assertThat(count("headroom_job_member") + count("headroom_job_next")).isZero();
    }

    @Test
    void aDeadLetterThatIsRequeuedIsInItsBatchAgain() throws Exception {
        JobQueue queue = built(builder().handlers(imports));
        JobBatch batch = queue.batch(jobs -> {
            jobs.add(Imports::flaky, new Part("flaky"));
            jobs.add(Imports::part, new Part("fail"));
            jobs.onEnd(Imports::report, new Part("report"));
        });
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            jobs.drain();
            assertThat(batch.progress()).contains(new BatchProgress(2, 0, 2, 0));
            assertThat(queue.dead().requeueAll("flaky", 10)).isOne();
            assertThat(batch.progress().orElseThrow().ended()).isFalse();
            jobs.drain();
        }
        assertThat(batch.await(Duration.ZERO)).contains(new BatchProgress(2, 1, 1, 0));
        assertThat(imports.order)
                .as("the job at the end ran once; the other one knew its batch")
                .containsExactly(
                        "report BatchProgress[total=2, done=0, dead=2, cancelled=0]",
                        "flaky BatchProgress[total=2, done=0, dead=1, cancelled=0]");
        queue.dead().delete(queue.dead().newest(1).get(0).id());
        assertThat(count("headroom_job_member")).isZero();
    }

    @Test
    void manyThatWaitForOneAreEnqueuedReleasedAndCancelledByFewStatements() throws Exception {
        CountingDataSource counting = new CountingDataSource(dataSource());
        JobQueue queue = built(JobQueue.builder(counting).handlers(imports));
        JobBatch batch = fan(queue, 300);
        assertThat(counting.sinceLast()).as("to enqueue 301").isLessThan(60);
        boolean inSets = backend == Backend.POSTGRESQL;
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            counting.sinceLast();
            jobs.runNext();
            assertThat(count("headroom_job where state = 0")).isEqualTo(300);
            assertThat(counting.sinceLast()).as("to release 300").isLessThan(inSets ? 60 : 1_000);
            assertThat(batch.cancel()).isEqualTo(300);
            assertThat(counting.sinceLast()).as("to cancel 300").isLessThan(inSets ? 60 : 2_000);
            JobBatch cancelled = fan(queue, 300);
            counting.sinceLast();
            assertThat(cancelled.cancel()).isEqualTo(301);
            assertThat(counting.sinceLast()).as("to cancel 301").isLessThan(inSets ? 60 : 2_000);
            assertThat(cancelled.progress()).contains(new BatchProgress(301, 0, 0, 301));
        }
        assertThat(count("headroom_job_member") + count("headroom_job_next") + count("headroom_job"))
                .isZero();
    }

    private static JobBatch fan(JobQueue queue, int width) {
        return queue.batch(jobs -> {
            BatchStep first = jobs.add(Imports::part, new Part("first"));
            for (int i = 0; i < width; i++) {
                jobs.add(Imports::part, new Part("leaf")).after(first);
            }
        });
    }

    @Test
    @Timeout(60)
    void waitingForABatchThatIsForgottenEndsAtOnce() throws Exception {
        JobQueue queue = started(
                builder().handlers(imports).keepResults(Duration.ofMillis(1)).lease(Duration.ofSeconds(1)));
        JobBatch batch = queue.batch(jobs -> jobs.add(Imports::part, new Part("only")));
        await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job_batch") == 0);
        assertThat(batch.await(Duration.ofHours(1))).isEmpty();
        assertThat(queue.job(4_711)).isEmpty();
    }

    @Test
    void manyThatEndAtOnceInSeveralProcessesReleaseTheLastOnce() throws Exception {
        for (int i = 0; i < 2; i++) {
            started(builder().handlers(imports).workers(4));
        }
        JobQueue queue = built(builder().handlers(imports));
        JobBatch batch = queue.batch(jobs -> {
            BatchStep[] all = IntStream.range(0, 40)
                    .mapToObj(i -> i % 2 == 0
                            ? jobs.add(Imports::part, new Part("plain"))
                            : jobs.add(Imports::effect, new Part("effect")))
                    .toArray(BatchStep[]::new);
            jobs.add(Imports::part, new Part("joined")).after(all);
            jobs.onEnd(Imports::report, new Part("report"));
        });
        assertThat(batch.await(Duration.ofSeconds(60))).contains(new BatchProgress(41, 41, 0, 0));
        awaitNoJobs();
        assertThat(count("effect")).isEqualTo(20);
        assertThat(imports.order.subList(20, 22))
                .containsExactly("joined", "report BatchProgress[total=41, done=41, dead=0, cancelled=0]");
    }

    @Test
    void aBatchIsCancelledAndForgotten() throws Exception {
        JobQueue queue = started(
                builder().handlers(imports).keepResults(Duration.ofMillis(1)).lease(Duration.ofSeconds(1)));
        JobBatch batch = queue.batch(jobs -> {
            BatchStep waits = jobs.add(Imports::part, new Part("wait"));
            jobs.add(Imports::part, new Part("after")).after(waits);
        });
        await().until(() -> count("headroom_job where state = 1") == 1);
        assertThat(batch.cancel()).isEqualTo(2);
        awaitNoJobs();
        assertThat(imports.order).isEmpty();
        await().atMost(Duration.ofSeconds(30)).until(() -> batch.progress().isEmpty());
    }

    @Test
    void whatRunsAtTheEndRunsWhenTheBatchIsCancelledToo() {
        JobQueue queue = built(builder().handlers(imports));
        List<BatchStep> steps = new ArrayList<>();
        JobBatch batch = queue.batch(jobs -> {
            BatchStep done = jobs.add(Imports::alone);
            BatchStep first = jobs.add(Imports::part, new Part("first")).after(done);
            BatchStep anyway = jobs.add(Imports::part, new Part("anyway")).afterEnd(first);
            jobs.add(Imports::part, new Part("last")).after(anyway);
            jobs.onEnd(Imports::report, new Part("report"));
            steps.add(first);
        });
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            assertThat(jobs.runNext()).isTrue();
            assertThat(batch.cancel()).isEqualTo(3);
            assertThat(batch.cancel()).isZero();
            assertThat(steps.get(0).job().result().orElseThrow().end()).isEqualTo(JobResult.End.CANCELLED);
            assertThat(batch.progress()).contains(new BatchProgress(4, 1, 0, 3));
            assertThat(jobs.drain()).isOne();
        }
        assertThat(imports.order)
                .containsExactly("alone true", "report BatchProgress[total=4, done=1, dead=0, cancelled=3]");
        assertThat(count("headroom_job_member") + count("headroom_job_next")).isZero();
    }

    @Test
    void aJobThatIsCancelledWhileTheOneBeforeItEndsStopsNeither() throws Exception {
        JobQueue queue = built(builder().handlers(imports));
        List<BatchStep> steps = new ArrayList<>();
        JobBatch batch = queue.batch(jobs -> {
            BatchStep first = jobs.add(Imports::effect, new Part("effect"));
            // Should it be taken up before it is cancelled, it waits for that.
            steps.add(jobs.add(Imports::part, new Part("wait")).after(first));
        });
        CompletableFuture<Boolean> cancelled;
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            JobHandle after = steps.get(0).job();
            statement.execute("update headroom_job_member set waits_for = waits_for where job_id = " + after.id());
            queue.start();
            awaitWaiting(1);
            cancelled = CompletableFuture.supplyAsync(after::cancel);
            awaitWaiting(2);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(cancelled.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(batch.await(Duration.ofSeconds(30))).contains(new BatchProgress(2, 1, 0, 1));
        assertThat(count("effect")).isOne();
    }

    /** Until so many of the database's transactions wait for a lock. */
    private void awaitWaiting(int transactions) {
        String waiting =
                switch (backend) {
                    case H2 -> "information_schema.sessions where blocker_id is not null";
                    case POSTGRESQL ->
                        "pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
                    case MARIADB -> "information_schema.innodb_trx where trx_state = 'LOCK WAIT'";
                };
        // Soon, as on H2 they wait for 2 s alone; MariaDB looks anew only when nobody has asked for 100 ms.
        Duration between = Duration.ofMillis(backend == Backend.H2 ? 10 : 150);
        await().atMost(Duration.ofSeconds(30)).pollInterval(between).until(() -> count(waiting) >= transactions);
    }

    @Test
    void aCompletionThatWaitedTooLongForALockIsNoFailureOfItsJob() throws Exception {
        // The others wait for a minute or for ever, unless they are told otherwise.
        assumeThat(backend).isEqualTo(Backend.H2);
        JobQueue queue = built(builder().handlers(imports));
        JobBatch batch = queue.batch(jobs -> jobs.add(Imports::effect, new Part("effect")));
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("update headroom_job_batch set total = total");
            queue.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> imports.effects.get() >= 2);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(batch.await(Duration.ofSeconds(30))).contains(new BatchProgress(1, 1, 0, 0));
        assertThat(count("effect")).isOne();
    }

    @Test
    void aCompletionThatTheDatabaseChoseToEndADeadlockIsNoFailureOfItsJob() throws Exception {
        // Whom else a database chooses can't be told.
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(imports));
        JobBatch batch = queue.batch(jobs -> jobs.add(Imports::effect, new Part("wait")));
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set local deadlock_timeout = '60s'");
            statement.execute("update headroom_job_batch set total = total");
            queue.start();
            imports.begun.await();
            CompletableFuture<Boolean> locked = CompletableFuture.supplyAsync(() -> {
                try {
                    return statement.execute("lock table effect");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            awaitWaiting(1);
            imports.release.countDown();
            locked.get(30, TimeUnit.SECONDS);
            connection.rollback();
            connection.setAutoCommit(true);
        }
        assertThat(batch.await(Duration.ofSeconds(30))).contains(new BatchProgress(1, 1, 0, 0));
        assertThat(count("effect")).isOne();
    }

    @Test
    void refusesWhatCanNotEnd() {
        JobQueue queue = built(builder().handlers(imports));
        queue.batch(jobs -> jobs.onEnd(Imports::report, new Part("at once")));
        queue.enqueue(Imports::alone);
        try (ManualQueue jobs = ManualQueue.of(queue)) {
            assertThat(jobs.drain()).isEqualTo(2);
        }
        assertThat(imports.order)
                .containsExactly("at once BatchProgress[total=0, done=0, dead=0, cancelled=0]", "alone false");
        assertThatThrownBy(() -> queue.batch(jobs -> {})).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> queue.batch(jobs -> {
                    BatchStep first = jobs.add(Imports::part, new Part("first"));
                    first.after(jobs.add(Imports::part, new Part("second")));
                }))
                .hasMessage("after: step 1 part (expected: an earlier step of the batch)");
        assertThatThrownBy(() -> queue.unique("key").batch(jobs -> jobs.add(Imports::part, new Part(""))))
                .isInstanceOf(ConfigurationException.class);
        assertThat(count("headroom_job")).isZero();
    }
}
