package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Recorder.Note;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs that the transaction locks which runs them: their effects happen once, and nobody waits for them. */
@OnEveryBackend
class LockedTest extends JobQueueContract {
    private final Entries entries = new Entries();

    /** Entries of a ledger. */
    public static class Entries {
        final Map<Long, Integer> runs = new ConcurrentHashMap<>();
        final List<String> order = new CopyOnWriteArrayList<>();
        final AtomicInteger failuresLeft = new AtomicInteger();
        final CountDownLatch began = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        @Job(name = "entry", queue = "ledger", tx = Tx.LOCK_IN_TX, attempts = 3, backoff = "1ms..5ms")
        public void entry(Note note, JobContext job) throws SQLException {
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into effect (id, note) values (?, ?)")) {
                insert.setLong(1, note.id());
                insert.setString(2, note.text());
                insert.executeUpdate();
            }
            runs.merge(note.id(), 1, Integer::sum);
            order.add(note.text());
            if (failuresLeft.getAndDecrement() > 0) {
                throw new IllegalStateException("after the effect of attempt " + job.attempt());
            }
        }

        @Job(name = "entry.twice", queue = "ledger", tx = Tx.LOCK_IN_TX, attempts = 1)
        public void twice(Note note, JobContext job) {
            job.jobQueue().enqueue(Entries::entry, note);
            job.jobQueue().in(job.connection()).enqueue(Entries::entry, note);
            if (note.text().equals("fails")) {
                throw new IllegalStateException("after it has enqueued");
            }
        }

        @Job(name = "entry.held", queue = "ledger", tx = Tx.LOCK_IN_TX, timeout = "1m", track = true)
        public String held(Note note, JobContext job) throws Exception {
            entry(note, job);
            began.countDown();
            release.await();
            return note.text();
        }

        @Job(name = "entry.slow", queue = "ledger", tx = Tx.LOCK_IN_TX, timeout = "50ms", attempts = 1)
        public void slow(Note note, JobContext job) throws Exception {
            entry(note, job);
            release.await();
        }

        @Job(name = "entry.refused", queue = "ledger", tx = Tx.LOCK_IN_TX, attempts = 1)
        public void refused(JobContext job) throws Exception {
            job.step("step", () -> {});
        }
    }

    private static List<Note> notes(int count) {
        return IntStream.range(0, count).mapToObj(i -> new Note(i, "")).toList();
    }

    @Test
    void severalProcessesLoseNothingAndHaveEachEffectOnce() {
        Entries others = new Entries();
        JobQueue queue = built(builder().handlers(entries).workers(4));
        queue.enqueueAll(Entries::entry, notes(400));
        entries.failuresLeft.set(5);
        queue.start();
        started(builder().handlers(others).workers(4));
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        assertThat(count("effect")).isEqualTo(400);
        assertThat(number("select count(distinct id) from effect")).isEqualTo(400);
        assertThat(entries.runs.values().stream().mapToInt(n -> n).sum()
                        + others.runs.values().stream().mapToInt(n -> n).sum())
                .as("runs, with those that failed")
                .isEqualTo(405);
    }

    @Test
    void whatAHandlerEnqueuesBelongsToItsJobAndToNoOtherOfItsTransaction() {
        JobQueue queue = built(builder().handlers(entries).workers(1));
        queue.enqueueAll(Entries::twice, List.of(new Note(1, "first"), new Note(2, "fails"), new Note(3, "third")));
        queue.start();
        awaitNoJobs();
        assertThat(entries.order).containsExactlyInAnyOrder("first", "first", "third", "third");
        assertThat(queue.dead().newest(10)).extracting(DeadJob::name).containsExactly("entry.twice");
    }

    @Test
    void goesByPriorityAndDelayAndRollsBackWhatFailed() {
        JobQueue queue = built(builder().handlers(entries).workers(1));
        queue.priority(5).enqueue(Entries::entry, new Note(1, "later"));
        queue.priority(1).enqueue(Entries::entry, new Note(2, "sooner"));
        JobHandle delayed = queue.delay(Duration.ofSeconds(2)).enqueue(Entries::entry, new Note(3, "delayed"));
        queue.start();
        await().until(() -> delayed.state().isEmpty());
        assertThat(entries.order).containsExactly("sooner", "later", "delayed");
        entries.failuresLeft.set(3);
        JobHandle dead = queue.enqueue(Entries::entry, new Note(4, "fails"));
        await().until(() -> dead.state().equals(Optional.of(JobState.DEAD)));
        assertThat(queue.dead().newest(1).get(0).error()).contains("after the effect of attempt 3");
        assertThat(count("effect where id = 4")).isZero();
        JobHandle slow = queue.enqueue(Entries::slow, new Note(5, "slow"));
        await().until(() -> slow.state().equals(Optional.of(JobState.DEAD)));
        assertThat(queue.dead().newest(1).get(0).error()).contains("timed out after PT0.05S");
        assertThat(count("effect where id = 5")).isZero();
        JobHandle refused = queue.enqueue(Entries::refused);
        await().until(() -> refused.state().equals(Optional.of(JobState.DEAD)));
        assertThat(queue.dead().newest(1).get(0).error())
                .contains("LOCK_IN_TX (expected: NONE or COMPLETE_IN_TX, to have a step)");
    }

    @Test
    void whileItRunsItIsPassedByAndAnEnqueueOfItsKeyDoesNotWait() throws Exception {
        JobQueue queue = started(builder().handlers(entries).workers(2));
        Unique key = Unique.of("key");
        JobHandle job = queue.unique(key).enqueue(Entries::held, new Note(1, "held"));
        assertThat(entries.began.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(queue.unique(key).enqueue(Entries::held, new Note(2, "")).id())
                .isEqualTo(job.id());
        Unique replace = key.onDuplicate(Unique.OnDuplicate.REPLACE);
        assertThat(queue.unique(replace).enqueue(Entries::held, new Note(2, "")).id())
                .isEqualTo(job.id());
        queue.enqueueAll(Entries::entry, notes(5));
        await().until(() -> count("headroom_job") == 1);
        assertThat(job.state()).as("seen as ready").contains(JobState.READY);
        assertThat(entries.runs).containsEntry(1L, 2);
        entries.release.countDown();
        assertThat(job.await(Duration.ofSeconds(30)).orElseThrow().value(String.class))
                .contains("held");
        assertThatThrownBy(() -> queue.unique(key.untilStart()).enqueue(Entries::held, new Note(3, "")))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void aKeptJobStartsNoEarlierThanEachTransactionEndsThatMetIt() throws Exception {
        assumeThat(backend).as("keeps rows for several").isNotEqualTo(Backend.H2);
        JobQueue queue = built(builder().handlers(entries).workers(2));
        Unique key = Unique.of("product:42");
        JobHandle job = queue.unique(key).enqueue(Entries::entry, new Note(1, "kept"));
        execute("update headroom_job set run_at = run_at + interval '1' hour"); // not overdue, however slow this is
        try (Connection first = dataSource().getConnection();
                Connection second = dataSource().getConnection()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            for (Connection each : List.of(first, second)) {
                assertThat(queue.in(each)
                                .unique(key)
                                .enqueue(Entries::entry, new Note(2, "dropped"))
                                .id())
                        .isEqualTo(job.id());
            }
            first.commit();
            first.setAutoCommit(true);
            queue.start();
            queue.enqueueAll(Entries::entry, notes(5));
            await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job") == 1);
            assertThat(entries.order).as("the second may still write").doesNotContain("kept");
            second.commit();
            second.setAutoCommit(true);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        assertThat(entries.order).endsWith("kept").hasSize(6);
    }

    @Test
    void oneThatIsJustMadeReadyIsNoneThatRuns() throws Exception {
        assumeThat(backend).as("tells workers' locks from callers'").isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(entries));
        Unique key = Unique.of("product:42");
        JobHandle job = queue.unique(key).delay(Duration.ofDays(1)).enqueue(Entries::entry, new Note(1, "kept"));
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Connection promotes = dataSource().getConnection();
                Connection caller = dataSource().getConnection()) {
            promotes.setAutoCommit(false);
            caller.setAutoCommit(false);
            promotes.createStatement().execute("select 1 from headroom_job for update");
            Future<Long> waiting = executor.submit(() -> queue.in(caller)
                    .unique(key)
                    .enqueue(Entries::entry, new Note(2, "dropped"))
                    .id());
            await().atMost(Duration.ofSeconds(30)).until(() -> someWaitForALock() || waiting.isDone());
            promotes.createStatement().execute("update headroom_job set state = 0, run_at = now()");
            promotes.commit();
            assertThat(waiting.get()).isEqualTo(job.id());
            assertThat(number("select count(*) from (select 1 from headroom_job for update skip locked) as free"))
                    .as("waits for who has met it")
                    .isZero();
            caller.commit();
            promotes.setAutoCommit(true);
            caller.setAutoCommit(true);
        } finally {
            executor.shutdownNow();
        }
        queue.start();
        await().until(() -> count("headroom_job") == 0);
        assertThat(entries.order).containsExactly("kept");
    }

    @Test
    void whatOneReplacesWhileAnotherDoesIsNotLost() throws Exception {
        assumeThat(backend).as("tells workers' locks from callers'").isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = built(builder().handlers(entries));
        Unique replace = Unique.of("product:42").onDuplicate(Unique.OnDuplicate.REPLACE);
        JobHandle job = queue.unique(replace).enqueue(Entries::entry, new Note(1, "old"));
        execute("update headroom_job set run_at = run_at + interval '1' hour"); // not overdue, however slow this is
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Connection first = dataSource().getConnection();
                Connection second = dataSource().getConnection()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            queue.in(first).unique(replace).enqueue(Entries::entry, new Note(2, "newer"));
            Future<Long> waiting = executor.submit(() -> queue.in(second)
                    .unique(replace)
                    .enqueue(Entries::entry, new Note(3, "newest"))
                    .id());
            await().atMost(Duration.ofSeconds(30)).until(() -> someWaitForALock() || waiting.isDone());
            first.commit();
            assertThat(waiting.get()).isEqualTo(job.id());
            second.commit();
            first.setAutoCommit(true);
            second.setAutoCommit(true);
        } finally {
            executor.shutdownNow();
        }
        queue.start();
        await().until(() -> count("headroom_job") == 0);
        assertThat(entries.order).containsExactly("newest");
    }

    @Test
    void whatALostConnectionHeldIsFreeAtOnceHoweverLongTheLease() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue cut =
                started(builder().handlers(entries).lease(Duration.ofHours(1)).workers(1));
        JobHandle job = cut.enqueue(Entries::held, new Note(1, "held"));
        assertThat(entries.began.await(20, TimeUnit.SECONDS)).isTrue();
        Entries others = new Entries();
        others.release.countDown();
        started(builder().handlers(others).workers(1));
        number("select count(pg_terminate_backend(pid)) from pg_stat_activity where state = 'idle in transaction'"
                + " and datname = current_database()");
        assertThat(job.await(Duration.ofSeconds(30))).isPresent();
        entries.release.countDown();
        await().until(() -> count("headroom_job") == 0);
        assertThat(count("effect")).isOne();
        assertThat(others.runs).containsOnlyKeys(1L);
    }

    @Test
    void closingInterruptsWhatRunsAndLeavesItToOthers() throws Exception {
        JobQueue leaving = started(builder().handlers(entries).shutdownGrace(Duration.ofMillis(50)));
        leaving.enqueue(Entries::held, new Note(1, "held"));
        assertThat(entries.began.await(20, TimeUnit.SECONDS)).isTrue();
        leaving.close();
        assertThat(count("headroom_job where state = 0 and attempt = 0")).isOne();
        assertThat(count("effect")).isZero();
    }

    /** Shares the ledger's queue in another mode, and limits what is locked. */
    public static class Wrong {
        @Job(name = "other", queue = "ledger")
        public void other() {}
    }

    /** Has a limit, too. */
    public static class Limited {
        @Job(name = "limited", queue = "limited", tx = Tx.LOCK_IN_TX)
        @Limit(running = 1)
        public void limited() {}
    }

    @Test
    void refusesWhatCanNotBeLocked() {
        List<Object> handlers = new ArrayList<>(List.of(entries, new Wrong()));
        assertThatThrownBy(() -> builder().handlers(handlers.toArray()).build())
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(
                        "@Job tx of other: NONE (expected: LOCK_IN_TX as the others of its queue ledger)");
        assertThatThrownBy(() -> builder().handlers(new Limited()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Limited.limited tx: LOCK_IN_TX");
    }
}
