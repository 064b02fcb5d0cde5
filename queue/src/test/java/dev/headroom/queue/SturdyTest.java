package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is no fault of a job costs it nothing, and what is a job's fault costs nobody else anything. */
@OnEveryBackend
class SturdyTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();
    private final Strange strange = new Strange();

    /** An exception of somebody else's. */
    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    /** A payload whose class can't be had. */
    public record Broken(String text) {
        static {
            if (true) {
                throw new IllegalStateException("no class");
            }
        }
    }

    /** Handlers that fail in their own ways. */
    public static final class Strange {
        final AtomicInteger effects = new AtomicInteger();
        final List<Long> begun = new CopyOnWriteArrayList<>();

        @Job(name = "unprintable", attempts = 2, backoff = "1ms..2ms")
        public void unprintable(Note note) {
            throw new Unprintable();
        }

        @Job(name = "broken", attempts = 2, backoff = "1ms..2ms")
        public void broken(Broken broken) {
            throw new AssertionError(broken);
        }

        @Job(name = "kept", track = true)
        public String kept(Note note) {
            effects.incrementAndGet();
            return note.text();
        }

        @Job(name = "twice", attempts = 2, tx = Tx.COMPLETE_IN_TX, backoff = "3s..3s")
        public void twice(Note note, JobContext job) throws SQLException {
            begun.add(System.nanoTime());
            job.connection().createStatement().close();
            if (effects.incrementAndGet() == 1) {
                throw new IllegalStateException("the first time");
            }
        }

        @Job(name = "once", attempts = 1, tx = Tx.COMPLETE_IN_TX, backoff = "1ms..2ms")
        public void once(Note note, JobContext job) throws SQLException {
            job.connection().createStatement().close();
            effects.incrementAndGet();
        }
    }

    @Test
    void aWorkerOutlivesWhateverAJobThrows() throws Exception {
        JobQueue queue = built(builder().handlers(strange, recorder).workers(1));
        queue.enqueue(Strange::unprintable, new Note(1, ""));
        queue.enqueue(Recorder::note, new Note(2, "broken"));
        execute("update headroom_job set kind = 'broken', max_attempts = 2 where kind = 'note'");
        queue.enqueue(Recorder::note, new Note(3, "goes on"));
        queue.start();
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("goes on");
        assertThat(queue.dead().newest(10))
                .extracting(DeadJob::name)
                .containsExactlyInAnyOrder("unprintable", "broken");
        assertThat(queue.dead().newest(10))
                .allSatisfy(dead ->
                        assertThat(dead.error()).containsAnyOf("Unprintable, which can't be printed", "Broken"));
        queue.enqueue(Recorder::note, new Note(4, "still"));
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("goes on", "still");
    }

    @Test
    void aDatabaseThatIsAwayCostsNoAttempt() throws Exception {
        AtomicInteger refusals = new AtomicInteger(3);
        JobQueue queue = started(JobQueue.builder(CuttingDataSource.of(dataSource(), refusals, new AtomicInteger()))
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(100))
                .handlers(strange));
        builtElsewhere().enqueue(Strange::once, new Note(1, ""));
        awaitNoJobs();
        assertThat(refusals.get()).isNegative();
        assertThat(strange.effects).hasValue(1);
        assertThat(queue.dead().newest(1)).isEmpty();
    }

    private JobQueue builtElsewhere() {
        return built(builder().handlers(new Strange()));
    }

    @Test
    void whileNoTransactionCanBeBegunJobsArePutOffAndNotTriedOverAndOver() throws Exception {
        AtomicInteger refusals = new AtomicInteger(Integer.MAX_VALUE);
        started(JobQueue.builder(CuttingDataSource.of(dataSource(), refusals, new AtomicInteger()))
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(100))
                .handlers(strange));
        builtElsewhere().enqueue(Strange::once, new Note(1, ""));
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        count("headroom_job where state = 2 and attempt = 0 and error like 'no connection%'") == 1);
        assertThat(Integer.MAX_VALUE - refusals.get()).as("tries").isLessThan(20);
        refusals.set(0);
        awaitNoJobs();
        assertThat(strange.effects).hasValue(1);
    }

    @Test
    void anOutageIsOverOnceATransactionBeganWhateverBecameOfIt() throws Exception {
        AtomicInteger refusals = new AtomicInteger();
        started(JobQueue.builder(CuttingDataSource.of(dataSource(), refusals, new AtomicInteger()))
                .bookkeeping(dataSource())
                // The longest pause that there is.
                .random(() -> -1)
                .pollInterval(Duration.ofMillis(100))
                .handlers(strange));
        refusals.set(1);
        builtElsewhere().enqueue(Strange::twice, new Note(1, ""));
        await().atMost(Duration.ofSeconds(20)).until(() -> strange.effects.get() == 1);
        refusals.set(1);
        awaitNoJobs();
        assertThat(strange.begun).hasSize(4);
        // As long again as the first outage and what came after it would be four seconds at least.
        assertThat(Duration.ofNanos(strange.begun.get(3) - strange.begun.get(2)))
                .isLessThan(Duration.ofMillis(3_500));
    }

    @Test
    void aCommitThatIsCutOffBuriesNoJobAtOnceAndIsNotTriedForEver() throws Exception {
        AtomicInteger cuts = new AtomicInteger(1);
        JobQueue queue = started(JobQueue.builder(CuttingDataSource.of(dataSource(), new AtomicInteger(), cuts))
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(50))
                .handlers(strange));
        builtElsewhere().enqueue(Strange::once, new Note(1, ""));
        awaitNoJobs();
        assertThat(queue.dead().newest(1)).isEmpty();
        assertThat(strange.effects).hasValue(2);
        cuts.set(Integer.MAX_VALUE);
        builtElsewhere().enqueue(Strange::once, new Note(2, ""));
        awaitNoJobs();
        assertThat(queue.dead().newest(1)).hasSize(1);
        assertThat(strange.effects).hasValue(5);
    }

    @Test
    void aSuspectThatNobodyHereHasTheCodeOfIsNoMoreSuspectForThat() throws Exception {
        builtElsewhere().enqueue(Strange::once, new Note(1, ""));
        execute("update headroom_job set crashes = 1");
        started(builder().handlers(recorder));
        await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job where state = 2") == 1);
        assertThat(number("select crashes from headroom_job")).isOne();
        execute("delete from headroom_job");
    }

    @Test
    void anEndThatCanNotBeWrittenHoldsNoOtherUpAndRepeatsNoEffect() throws Exception {
        refusing("headroom_job_result", "result is null or result <> '\"bad\"'", () -> {
            JobQueue queue = built(builder().handlers(strange).workers(1));
            JobHandle bad = queue.enqueue(Strange::kept, new Note(1, "bad"));
            JobHandle good = queue.enqueue(Strange::kept, new Note(2, "good"));
            queue.start();
            assertThat(good.await(Duration.ofSeconds(30)).orElseThrow().value(String.class))
                    .contains("good");
            assertThat(bad.await(Duration.ofSeconds(30)).orElseThrow().end()).isEqualTo(JobResult.End.DEAD);
            assertThat(queue.dead().newest(10)).singleElement().satisfies(dead -> {
                assertThat(dead.reason()).isEqualTo(DeadJob.Reason.UNWRITABLE);
                assertThat(dead.error()).contains("its end could not be written");
            });
            assertThat(strange.effects).hasValue(2);
        });
    }

    @Test
    void whereItCanBeNoDeadLetterEitherItIsDoneWithoutItsResult() throws Exception {
        refusing(
                "headroom_job_result",
                "result is null or result <> '\"bad\"'",
                () -> refusing("headroom_job_dead", "kind <> 'kept'", () -> {
                    JobQueue queue = started(builder().handlers(strange));
                    JobHandle bad = queue.enqueue(Strange::kept, new Note(1, "bad"));
                    JobResult result = bad.await(Duration.ofSeconds(30)).orElseThrow();
                    assertThat(result.end()).isEqualTo(JobResult.End.DONE);
                    assertThat(result.value(String.class)).isEmpty();
                    assertThat(strange.effects).hasValue(1);
                }));
    }

    @Test
    void anEndThatIsRefusedWhateverItIsCountsTheAttempt() throws Exception {
        refusing("headroom_job_result", "outcome is null", () -> {
            JobQueue queue = started(builder().handlers(strange));
            queue.enqueue(Strange::kept, new Note(1, "bad"));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> count("headroom_job where state = 2 and attempt = 1"
                                    + " and error like 'its end could not be written%'")
                            == 1);
            execute("delete from headroom_job");
        });
    }

    /** Work that may fail. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private void refusing(String table, String but, Work work) throws Exception {
        String name = table + "_but";
        execute("alter table " + table + " add constraint " + name + " check (" + but + ")");
        try {
            work.run();
        } finally {
            execute("alter table " + table + " drop constraint " + name);
        }
    }

    @Test
    void inAutoCommitModeAJobIsThereWithAllThatBelongsToItOrNotAtAll() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        try (Connection connection = dataSource().getConnection()) {
            JobHandle first = queue.in(connection).enqueue(Recorder::note, new Note(1, ""));
            // Its result can't be kept: the number is taken.
            execute("insert into headroom_job_result (job_id, kind) values (" + (first.id() + 1) + ", 'other')");
            assertThatThrownBy(() -> queue.in(connection).enqueue(Recorder::tracked, new Note(2, "")))
                    .isInstanceOf(QueueException.class);
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(count("headroom_job")).isOne();
        execute("delete from headroom_job");
    }

    @Test
    void aProcessTakesNoJobsOfQueuesThatOnlyOthersServe() throws Exception {
        JobQueue worker = built(builder().handlers(recorder));
        JobHandle job = worker.enqueue(Recorder::tracked, new Note(1, "quick"));
        started(builder());
        await().until(() -> count("headroom_job_node") == 1);
        assertThat(number("select workers from headroom_job_node")).isZero();
        assertThat(job.state()).contains(JobState.READY);
        worker.start();
        awaitNoJobs();
        assertThat(job.result()).isPresent();
    }

    @Test
    void whatIsClaimedWhileTheWorkersLeaveIsGivenBackAndNoCrash() throws Exception {
        AtomicBoolean holds = new AtomicBoolean(true);
        CountDownLatch claimed = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        JobQueue queue = started(JobQueue.builder(Proxied.commits(dataSource(), connection -> {
                    if (Thread.currentThread().getName().endsWith("-dispatcher")
                            && holds.get()
                            && holdsAJob(connection)) {
                        holds.set(false);
                        claimed.countDown();
                        await().atMost(Duration.ofSeconds(20)).until(() -> left.getCount() == 0);
                    }
                    connection.commit();
                }))
                .pollInterval(Duration.ofMillis(100))
                .shutdownGrace(Duration.ofMillis(1))
                .workers(1)
                .handlers(recorder));
        queue.enqueue(Recorder::note, new Note(1, ""));
        assertThat(claimed.await(20, TimeUnit.SECONDS)).isTrue();
        Thread closing = new Thread(queue::close);
        closing.start();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(each -> each.getName().endsWith("-default-1")));
        left.countDown();
        closing.join();
        assertThat(count("headroom_job where state = 0 and attempt = 0 and crashes = 0"))
                .isOne();
        execute("delete from headroom_job");
    }

    private static boolean holdsAJob(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from headroom_job where state = 1")) {
            rows.next();
            return rows.getLong(1) > 0;
        }
    }
}
