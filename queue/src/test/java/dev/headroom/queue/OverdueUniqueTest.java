package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.Unique.OnDuplicate;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A job with a key that should have run long ago, and is met again and again. */
@OnEveryBackend
class OverdueUniqueTest extends JobQueueContract {
    private final Recorder recorder = new Recorder();

    @ParameterizedTest
    @EnumSource(
            value = Unique.Until.class,
            names = {"DONE", "START"})
    void alsoOneThatHasBeenReadyForLongStartsNoEarlier(Unique.Until until) throws Exception {
        assumeThat(backend).isNotEqualTo(Backend.H2);
        Unique plain = Unique.of("key");
        Unique unique = until == Unique.Until.START ? plain.untilStart() : plain;
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle first = queue.unique(unique).enqueue(Recorder::note, new Note(1, "kept"));
        execute("update headroom_job set run_at = run_at - interval '1' hour");
        try (Connection connection = dataSource().getConnection()) {
            connection.setAutoCommit(false);
            assertThat(queue.in(connection)
                            .unique(unique)
                            .enqueue(Recorder::note, new Note(2, "dropped"))
                            .id())
                    .isEqualTo(first.id());
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

    @ParameterizedTest
    @EnumSource(
            value = Unique.Until.class,
            names = {"DONE", "START"})
    void callersWhoMeetAJobOneAfterTheOtherDoNotKeepItFromRunning(Unique.Until until) throws Exception {
        // There those who enqueue a key that was just freed may end in a deadlock.
        assumeThat(backend == Backend.MARIADB && until == Unique.Until.START).isFalse();
        Unique plain = Unique.of("hot");
        Unique hot = until == Unique.Until.START ? plain.untilStart() : plain;
        JobQueue queue = built(builder().handlers(recorder));
        queue.unique(hot).enqueue(Recorder::note, new Note(1, "first"));
        execute("update headroom_job set run_at = run_at - interval '1' hour");
        CountDownLatch enough = new CountDownLatch(1);
        ExecutorService callers = Executors.newFixedThreadPool(4);
        try {
            List<Future<Boolean>> ended = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                ended.add(callers.submit(() -> {
                    boolean over = false;
                    while (!over) {
                        try (Connection connection = dataSource().getConnection()) {
                            connection.setAutoCommit(false);
                            queue.in(connection).unique(hot).enqueue(Recorder::note, new Note(2, "other"));
                            over = enough.await(60, TimeUnit.MILLISECONDS);
                            connection.commit();
                            connection.setAutoCommit(true);
                        }
                    }
                    return true;
                }));
            }
            queue.start();
            // It itself or, on MariaDB, one beside it.
            await().atMost(Duration.ofSeconds(30)).until(() -> !recorder.order.isEmpty());
            enough.countDown();
            for (Future<Boolean> each : ended) {
                each.get();
            }
        } finally {
            enough.countDown();
            callers.shutdownNow();
        }
        awaitNoJobs();
    }

    @Test
    void whoKeepsAnOverdueJobForLongKeepsNobodyElseWaiting() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle first = queue.unique("key").enqueue(Recorder::note, new Note(1, "kept"));
        execute("update headroom_job set run_at = run_at - interval '1' hour");
        try (Connection imports = dataSource().getConnection();
                Connection another = dataSource().getConnection();
                Connection request = dataSource().getConnection()) {
            for (Connection each : List.of(imports, another, request)) {
                each.setAutoCommit(false);
                each.createStatement().execute("set local lock_timeout = '10s'");
            }
            assertThat(queue.in(imports)
                            .unique("key")
                            .enqueue(Recorder::note, new Note(2, "dropped"))
                            .id())
                    .isEqualTo(first.id());
            JobHandle beside = queue.in(request).unique("key").enqueue(Recorder::note, new Note(3, "beside"));
            assertThat(beside.id()).isNotEqualTo(first.id());
            request.commit();
            assertThat(queue.in(another)
                            .unique("key")
                            .enqueue(Recorder::note, new Note(4, "dropped"))
                            .id())
                    .as("has the key now")
                    .isEqualTo(beside.id());
            another.commit();
            queue.start();
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("beside"));
            imports.commit();
            for (Connection each : List.of(imports, another, request)) {
                each.setAutoCommit(true);
            }
        }
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("beside", "kept");
    }

    @Test
    void whatReplacesAnOverdueJobThatOthersKeepIsWhatRunsLast() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(recorder));
        Unique replace = Unique.of("key").onDuplicate(OnDuplicate.REPLACE);
        queue.unique(replace).enqueue(Recorder::note, new Note(1, "old"));
        execute("update headroom_job set run_at = run_at - interval '1' hour");
        try (Connection imports = dataSource().getConnection()) {
            imports.setAutoCommit(false);
            queue.in(imports).unique("key").enqueue(Recorder::note, new Note(2, "dropped"));
            queue.unique(replace).enqueue(Recorder::note, new Note(3, "new"));
            queue.start();
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("new"));
            imports.commit();
            imports.setAutoCommit(true);
        }
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("new", "new");
    }

    @Test
    void whoPutsAJobBesideAnOverdueOneAndGoesOnForLongKeepsNobodyWaiting() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(recorder));
        JobHandle first = queue.unique("key").enqueue(Recorder::note, new Note(1, "kept"));
        execute("update headroom_job set run_at = run_at - interval '1' hour");
        try (Connection imports = dataSource().getConnection();
                Connection beside = dataSource().getConnection();
                Connection request = dataSource().getConnection()) {
            for (Connection each : List.of(imports, beside, request)) {
                each.setAutoCommit(false);
                each.createStatement().execute("set local lock_timeout = '10s'");
            }
            queue.in(imports).unique("key").enqueue(Recorder::note, new Note(2, "dropped"));
            assertThat(queue.in(beside)
                            .unique("key")
                            .enqueue(Recorder::note, new Note(3, "beside"))
                            .id())
                    .isNotEqualTo(first.id());
            assertThat(queue.in(request)
                            .unique("key")
                            .enqueue(Recorder::note, new Note(4, "dropped"))
                            .id())
                    .as("is not freed for who asks now")
                    .isEqualTo(first.id());
            imports.commit();
            beside.commit();
            queue.start();
            await().untilAsserted(() -> assertThat(recorder.order).containsExactly("beside"));
            assertThat(number("select count(*) from (select 1 from headroom_job for update skip locked) as free"))
                    .as("is kept until the last who met it ends")
                    .isZero();
            request.commit();
            for (Connection each : List.of(imports, beside, request)) {
                each.setAutoCommit(true);
            }
        }
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("beside", "kept");
    }

    @Test
    void callersWhoReplaceAJobOneAfterTheOtherDoNotKeepItFromRunning() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(recorder));
        Unique replace = Unique.of("hot").onDuplicate(OnDuplicate.REPLACE);
        JobHandle job = queue.unique(replace).enqueue(Recorder::note, new Note(1, "old"));
        execute("update headroom_job set run_at = run_at - interval '1' hour");
        assertThat(queue.unique(replace)
                        .enqueue(Recorder::note, new Note(2, "newer"))
                        .id())
                .as("nobody has it locked")
                .isEqualTo(job.id());
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Connection one = dataSource().getConnection();
                Connection next = dataSource().getConnection()) {
            one.setAutoCommit(false);
            next.setAutoCommit(false);
            queue.in(one).unique(replace).enqueue(Recorder::note, new Note(3, "newest"));
            Future<Long> waiting = executor.submit(() -> queue.in(next)
                    .unique(replace)
                    .enqueue(Recorder::note, new Note(4, "beside"))
                    .id());
            await().atMost(Duration.ofSeconds(30)).until(this::someWaitForALock);
            one.commit();
            assertThat(waiting.get()).isNotEqualTo(job.id());
            next.commit();
            one.setAutoCommit(true);
            next.setAutoCommit(true);
        } finally {
            executor.shutdownNow();
        }
        assertThat(count("headroom_job where unique_key is null")).isOne();
        queue.start();
        awaitNoJobs();
        assertThat(recorder.order).containsExactly("beside", "beside");
    }

    @Test
    void whereNoKeyCanBeMovedAnotherJobDoesWhatOneCanNotThatIsMetForLong() throws Exception {
        assumeThat(backend).isEqualTo(Backend.MARIADB);
        Unique hot = Unique.of("hot").untilStart();
        JobQueue queue = started(builder().handlers(recorder).queue("default", q -> q.workers(0)));
        JobHandle first = queue.unique(hot).enqueue(Recorder::note, new Note(1, "first"));
        execute("update headroom_job set run_at = run_at - interval '1' hour");
        try (Connection caller = dataSource().getConnection()) {
            caller.setAutoCommit(false);
            queue.in(caller).unique(hot).enqueue(Recorder::note, new Note(2, "kept"));
            await().until(() -> queue.unique(hot)
                            .enqueue(Recorder::note, new Note(3, "beside"))
                            .id()
                    != first.id());
            caller.commit();
            caller.setAutoCommit(true);
        }
        assertThat(count("headroom_job where unique_key is null")).isOne();
        execute("delete from headroom_job");
    }
}
