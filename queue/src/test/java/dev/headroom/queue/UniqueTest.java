package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.Unique.OnDuplicate;
import dev.headroom.queue.testing.ManualQueue;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Of jobs with one key there is one at most, whoever enqueues. */
@OnEveryBackend
class UniqueTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @Test
    void keepsTheJobThatWaitsAndTakesAnotherOnceItIsDone() {
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle first = queue.unique("a").enqueue(Recorder::note, new Note(1, "first"));
        assertThat(queue.unique("a")
                        .enqueue(Recorder::note, new Note(2, "dropped"))
                        .id())
                .isEqualTo(first.id());
        queue.unique("b").enqueue(Recorder::note, new Note(3, "another key"));
        queue.unique("a").enqueue(Recorder::plainWithContext);
        assertThat(count("headroom_job")).as("keys are a kind's own").isEqualTo(3);
        queue.start();
        awaitNoJobs();
        queue.unique("a").enqueue(Recorder::note, new Note(4, "again"));
        awaitNoJobs();
        assertThat(recorder.runs.keySet()).containsExactlyInAnyOrder(1L, 3L, 4L);
    }

    @Test
    void aKeyUntilDoneCoversTheRun() {
        JobQueue queue = started(builder().handlers(recorder));
        JobHandle done = queue.unique("done").enqueue(Recorder::blocked, new Note(1, ""));
        await().until(() -> recorder.runs.containsKey(1L));
        assertThat(queue.unique("done")
                        .enqueue(Recorder::blocked, new Note(2, ""))
                        .id())
                .isEqualTo(done.id());
        recorder.release.countDown();
        awaitNoJobs();
        assertThat(recorder.runs).containsOnlyKeys(1L);
    }

    @Test
    void aKeyUntilStartIsFreeForWhatIsEnqueuedAfterTheStart() {
        JobQueue queue = started(builder().handlers(recorder));
        Unique start = Unique.of("key").untilStart();
        queue.unique(start).enqueue(Recorder::blocked, new Note(1, ""));
        await().until(() -> recorder.runs.containsKey(1L));
        JobHandle second = queue.unique(start).delay(Duration.ofDays(1)).enqueue(Recorder::blocked, new Note(2, ""));
        assertThat(queue.unique(start)
                        .enqueue(Recorder::blocked, new Note(3, ""))
                        .id())
                .isEqualTo(second.id());
        recorder.release.countDown();
        await().until(() -> count("headroom_job") == 1);
        assertThat(second.state()).contains(JobState.SCHEDULED);
    }

    @Test
    void replacesWhatWaitsAndKeepsItsPlace() {
        JobQueue queue = built(builder().handlers(recorder).workers(1));
        Unique replace = Unique.of("key").onDuplicate(OnDuplicate.REPLACE);
        queue.unique(replace).enqueue(Recorder::note, new Note(1, "old"));
        queue.enqueue(Recorder::note, new Note(2, "behind it"));
        queue.unique(replace).enqueue(Recorder::note, new Note(3, "new"));
        queue.start();
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("new", "behind it");
    }

    @Test
    void debouncesUntilNothingWasEnqueuedForTheDelay() {
        JobQueue queue = built(builder().handlers(recorder));
        Enqueuer later = queue.unique(Unique.of("key").onDuplicate(OnDuplicate.DEBOUNCE));
        JobHandle job = later.enqueue(Recorder::note, new Note(1, "old"));
        assertThat(job.state()).contains(JobState.READY);
        later.delay(Duration.ofDays(1)).enqueue(Recorder::note, new Note(2, "later"));
        assertThat(job.state()).contains(JobState.SCHEDULED);
        queue.start();
        later.delay(Duration.ofMillis(50)).enqueue(Recorder::note, new Note(3, "newest"));
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("newest");
    }

    @Test
    void failsWithoutHarmToTheCallersTransaction() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle first = queue.unique("key").enqueue(Recorder::note, new Note(1, "first"));
        Unique fail = Unique.of("key").onDuplicate(OnDuplicate.FAIL);
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> queue.in(connection).unique(fail).enqueue(Recorder::note, new Note(2, "")))
                    .isInstanceOfSatisfying(
                            DuplicateJobException.class, e -> assertThat(e.id()).isEqualTo(first.id()))
                    .hasMessage("unique: key (expected: no other note; job " + first.id() + " is)");
            queue.in(connection).enqueue(Recorder::note, new Note(3, "goes on"));
            connection.commit();
            connection.setAutoCommit(true);
        }
        JdbcTransactions.<Void, Exception>inTransaction(dataSource(), connection -> {
            assertThatThrownBy(() -> queue.unique(fail).enqueue(Recorder::note, new Note(4, "")))
                    .isInstanceOf(DuplicateJobException.class);
            queue.enqueue(Recorder::note, new Note(5, "goes on"));
            return null;
        });
        assertThat(count("headroom_job")).isEqualTo(3);
        assertThatThrownBy(() -> queue.unique("x".repeat(191))).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> queue.unique("key").enqueueAll(Recorder::note, List.of(new Note(4, ""))))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void aDeadLetterHasNoKey() {
        JobQueue queue = started(builder().handlers(recorder));
        JobHandle dead = queue.unique("key").enqueue(Recorder::refused, new Note(1, ""));
        await().until(() -> dead.state().equals(Optional.of(JobState.DEAD)));
        JobHandle next = queue.unique("key").enqueue(Recorder::refused, new Note(2, ""));
        assertThat(next.id()).isNotEqualTo(dead.id());
        await().until(() -> next.state().equals(Optional.of(JobState.DEAD)));
    }

    @Test
    void aKeptJobStartsNoEarlierThanTheTransactionEndsThatMetIt() throws Exception {
        assumeThat(backend).isNotEqualTo(Backend.H2);
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle first = queue.unique("key").enqueue(Recorder::note, new Note(1, "kept"));
        execute("update headroom_job set run_at = run_at + interval '1' hour"); // not overdue, however slow this is
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            queue.in(connection).unique("key").enqueue(Recorder::note, new Note(2, "dropped"));
            queue.start();
            queue.enqueue(Recorder::note, new Note(3, "passes"));
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("passes"));
            assertThat(first.state()).contains(JobState.READY);
            connection.commit();
            connection.setAutoCommit(true);
        }
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("passes", "kept");
    }

    @Test
    void aJobThatIsReplacedHasItsPlaceAmongThoseOfItsPriority() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        Unique replace = Unique.of("key").onDuplicate(OnDuplicate.REPLACE);
        queue.unique(replace).enqueue(Recorder::note, new Note(1, "first"));
        long place = number("select pos from headroom_job");
        queue.unique(replace).enqueue(Recorder::note, new Note(1, "again"));
        assertThat(number("select pos from headroom_job")).isEqualTo(place);
        queue.unique(replace).priority(1).enqueue(Recorder::note, new Note(1, "sooner"));
        assertThat(number("select pos from headroom_job"))
                .as("behind what claims of that priority have passed")
                .isGreaterThan(place);
        execute("delete from headroom_job");
    }

    @Test
    void aRunningJobThatIsMetInARaceIsNotLocked() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(recorder));
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Connection first = dataSource().getConnection();
                Connection second = dataSource().getConnection()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            JobHandle job = queue.in(first).unique("key").enqueue(Recorder::note, new Note(1, ""));
            first.createStatement().execute("update headroom_job set state = 1, lease = 0");
            Future<Long> racing = executor.submit(() -> queue.in(second)
                    .unique("key")
                    .enqueue(Recorder::note, new Note(2, ""))
                    .id());
            await().atMost(Duration.ofSeconds(30)).until(this::someWaitForALock);
            first.commit();
            assertThat(racing.get()).isEqualTo(job.id());
            execute("select 1 from headroom_job for update nowait");
            second.commit();
            first.setAutoCommit(true);
            second.setAutoCommit(true);
        } finally {
            executor.shutdownNow();
        }
        execute("delete from headroom_job");
    }

    @ParameterizedTest
    @EnumSource(
            value = OnDuplicate.class,
            names = {"KEEP", "REPLACE"})
    void aJobThatIsMetWhileItIsTakenUpIsNotLocked(OnDuplicate policy) throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(recorder));
        Unique unique = Unique.of("key").onDuplicate(policy);
        JobHandle job = queue.unique(unique).enqueue(Recorder::note, new Note(1, ""));
        execute("update headroom_job set run_at = run_at + interval '1' hour"); // not overdue, however slow this is
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Connection claims = dataSource().getConnection();
                Connection enqueues = dataSource().getConnection()) {
            claims.setAutoCommit(false);
            enqueues.setAutoCommit(false);
            claims.createStatement().execute("select 1 from headroom_job for update");
            claims.createStatement().execute("update headroom_job set state = 1, lease = 0");
            Future<Long> racing = executor.submit(() -> queue.in(enqueues)
                    .unique(unique)
                    .enqueue(Recorder::note, new Note(2, ""))
                    .id());
            await().atMost(Duration.ofSeconds(30)).until(this::someWaitForALock);
            claims.commit();
            assertThat(racing.get()).isEqualTo(job.id());
            execute("select 1 from headroom_job for update nowait");
            enqueues.commit();
            claims.setAutoCommit(true);
            enqueues.setAutoCommit(true);
        } finally {
            executor.shutdownNow();
        }
        execute("delete from headroom_job");
    }

    @Test
    void thereIsOneInATimeWhateverBecomesOfIt() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        Unique daily = Unique.of("digest:7").within(Duration.ofDays(1));
        try (Connection connection = dataSource().getConnection();
                ManualQueue jobs = ManualQueue.of(queue)) {
            connection.setAutoCommit(false);
            queue.in(connection).unique(daily).enqueue(Recorder::note, new Note(0, "rolled back"));
            connection.rollback();
            connection.setAutoCommit(true);
            JobHandle first = queue.unique(daily).enqueue(Recorder::note, new Note(1, "today"));
            jobs.drain();
            assertThat(queue.unique(daily)
                            .enqueue(Recorder::note, new Note(2, "dropped"))
                            .id())
                    .isEqualTo(first.id());
            assertThatThrownBy(() ->
                            queue.unique(daily.onDuplicate(OnDuplicate.FAIL)).enqueue(Recorder::note, new Note(2, "")))
                    .isInstanceOf(DuplicateJobException.class);
            queue.unique(Unique.of("digest:8").within(Duration.ofDays(1)))
                    .enqueue(Recorder::note, new Note(3, "another key"));
            jobs.advance(Duration.ofDays(1));
            queue.unique(daily).enqueue(Recorder::note, new Note(4, "tomorrow"));
            jobs.drain();
        }
        assertThat(recorder.order).containsExactly("today", "another key", "tomorrow");
        assertThatThrownBy(() -> daily.onDuplicate(OnDuplicate.REPLACE)).isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> daily.within(Duration.ZERO)).isInstanceOf(ConfigurationException.class);
    }

    @Test
    void keysThatAreFreeAgainAreForgotten() {
        JobQueue queue = built(builder().handlers(recorder).lease(Duration.ofSeconds(1)));
        queue.unique(Unique.of("key").within(Duration.ofMillis(1))).enqueue(Recorder::note, new Note(1, ""));
        queue.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job_window") == 0);
        awaitNoJobs();
    }

    @Test
    void holdsWhenManyEnqueueAtOnce() throws Exception {
        JobQueue queue = built(builder().handlers(recorder));
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Future<Long>> enqueued = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                int note = i;
                enqueued.add(executor.submit(() -> queue.unique("key" + note / 8)
                        .enqueue(Recorder::note, new Note(note, ""))
                        .id()));
            }
            for (Future<Long> each : enqueued) {
                each.get();
            }
        } finally {
            executor.shutdownNow();
        }
        assertThat(count("headroom_job")).isEqualTo(5);
    }
}
