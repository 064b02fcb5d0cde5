package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.transaction.JdbcTransactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Short jobs that share a transaction which has locked them: one that fails is undone alone, and nothing is done twice or not at all. */
@OnEveryBackend
class LockedBatchTest extends JobQueueContract {
    private static final int JOBS = 100;
    private static final long FIRST = 10;
    private static final long NONE = -1;

    private final Ledger ledger = new Ledger();

    /** What one job does differently from the others. */
    @FunctionalInterface
    interface Special {
        void run(JobContext job) throws Exception;
    }

    /** Handlers whose jobs share transactions. */
    public final class Ledger {
        final Map<Long, Integer> runs = new ConcurrentHashMap<>();
        final List<Long> order = new CopyOnWriteArrayList<>();
        final AtomicBoolean failed = new AtomicBoolean();
        volatile long chosen = NONE;
        volatile Special special = job -> {};

        /** Has an effect. */
        @Job(name = "batch.entry", queue = "entries", tx = Tx.LOCK_IN_TX, attempts = 2, backoff = "1ms..1ms")
        public void entry(Note note, JobContext job) throws Exception {
            insert(job.connection(), note);
            order.add(note.id());
            if (isSpecial(note) && job.attempt() == 1 && runs.merge(note.id(), 1, Integer::sum) == 1) {
                special.run(job);
            }
        }

        /** The first that shares its transaction with others: nobody else sees yet what the one before it has done. */
        private boolean isSpecial(Note note) {
            if (chosen == NONE
                    && note.id() >= FIRST
                    && note.id() < 1_000
                    && count("effect where id = " + (note.id() - 1)) == 0) {
                chosen = note.id();
            }
            return chosen == note.id();
        }

        /** Fails the first time, whatever comes. */
        @Job(name = "batch.once", queue = "once", tx = Tx.LOCK_IN_TX, attempts = 1)
        public void once(Note note, JobContext job) throws Exception {
            insert(job.connection(), note);
            runs.merge(note.id(), 1, Integer::sum);
            if (isSpecial(note)) {
                special.run(job);
            }
        }

        /** Is longer than the others. */
        @Job(name = "batch.slow", queue = "once", tx = Tx.LOCK_IN_TX, attempts = 1, timeout = "200ms")
        public void slow(Note note, JobContext job) throws Exception {
            insert(job.connection(), note);
            try (Statement statement = job.connection().createStatement()) {
                statement.execute(forever());
            }
        }

        /** Says how things are now. */
        @Job(name = "batch.index", queue = "once", tx = Tx.LOCK_IN_TX)
        public void index(Note note) {
            order.add(note.id());
        }
    }

    private static void insert(Connection connection, Note note) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into effect (id, note) values (?, ?)")) {
            insert.setLong(1, note.id());
            insert.setString(2, note.text());
            insert.executeUpdate();
        }
    }

    private String forever() {
        return switch (backend) {
            case POSTGRESQL -> "select pg_sleep(120)";
            case MARIADB -> "select count(*) from seq_1_to_100000000 a, seq_1_to_100000000 b";
            case H2 -> "select count(*) from system_range(1, 1000000000) a, system_range(1, 1000000000) b";
        };
    }

    private static List<Note> notes(long from, long until) {
        return LongStream.range(from, until).mapToObj(id -> new Note(id, "")).toList();
    }

    /** One worker, which has learned how short the jobs of a kind are. */
    private JobQueue warm(Several kind) {
        return warm(builder(), kind);
    }

    private JobQueue warm(JobQueueBuilder builder, Several kind) {
        JobQueue queue = started(builder.handlers(ledger).workers(1));
        for (int i = 0; i < 3; i++) {
            kind.enqueueAll(queue, notes(1_000 + 100 * i, 1_100 + 100 * i));
            await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        }
        return queue;
    }

    /** Enqueues jobs of one kind. */
    @FunctionalInterface
    private interface Several {
        void enqueueAll(JobQueue queue, List<Note> notes);
    }

    private void run(JobQueue queue, Several kind) {
        kind.enqueueAll(queue, notes(0, JOBS));
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
    }

    private void assertChosen() {
        assertThat(ledger.chosen).as("one that shared a transaction").isNotEqualTo(NONE);
    }

    private void assertEachEffectOnce(long... but) {
        List<Long> expected = LongStream.range(0, JOBS)
                .filter(id -> LongStream.of(but).noneMatch(not -> not == id))
                .boxed()
                .toList();
        assertThat(ids()).containsExactlyElementsOf(expected);
    }

    private List<Long> ids() {
        List<Long> ids = new CopyOnWriteArrayList<>();
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from effect where id < 1000 order by id")) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return ids;
    }

    @Test
    void oneAtATimeWhereItIsToldSo() {
        JobQueue queue = built(builder()
                .handlers(ledger)
                .queue("entries", entries -> entries.workers(1).perTransaction(1)));
        run(queue, (to, notes) -> {
            to.enqueueAll(Ledger::entry, notes(1_000, 1_100));
            to.enqueueAll(Ledger::entry, notes);
            to.start();
        });
        assertThat(ledger.chosen).as("one that shared a transaction").isEqualTo(NONE);
        assertEachEffectOnce();
    }

    @Test
    void oneThatFailsIsUndoneAloneAndTheOthersRunOnce() {
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::entry, notes));
        ledger.order.clear();
        ledger.special = job -> {
            throw new IllegalStateException("the first attempt");
        };
        run(queue, (to, notes) -> to.enqueueAll(Ledger::entry, notes));
        assertChosen();
        assertEachEffectOnce();
        assertThat(ledger.order)
                .startsWith(LongStream.rangeClosed(0, ledger.chosen).boxed().toArray(Long[]::new));
        assertThat(ledger.order).hasSize(JOBS + 1);
    }

    @Test
    void anErrorOfTheDatabaseThatAHandlerSwallowsFailsNoOther() {
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::once, notes));
        ledger.special = job -> {
            try (Statement statement = job.connection().createStatement()) {
                statement.execute("insert into nowhere values (1)");
            } catch (SQLException swallowed) {
                ledger.failed.set(true);
            }
        };
        run(queue, (to, notes) -> to.enqueueAll(Ledger::once, notes));
        assertThat(ledger.failed).isTrue();
        if (backend == Backend.POSTGRESQL) {
            // There the transaction is over at the first error: what the handler did before it is lost.
            assertEachEffectOnce(ledger.chosen);
            assertThat(queue.dead().newest(10)).hasSize(1);
        } else {
            assertEachEffectOnce();
        }
        assertThat(ledger.runs.values()).containsOnly(1);
    }

    @Test
    void whatJoinsAndFailsFailsItsOwnJobAlone() {
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::once, notes));
        ledger.special = job -> {
            try {
                JdbcTransactions.runInTransaction(dataSource(), joined -> {
                    insert(joined, new Note(ledger.chosen, "joined"));
                    throw new IllegalStateException("joined");
                });
            } catch (IllegalStateException swallowed) {
                ledger.failed.set(true);
            }
        };
        run(queue, (to, notes) -> to.enqueueAll(Ledger::once, notes));
        assertThat(ledger.failed).isTrue();
        assertEachEffectOnce(ledger.chosen);
        assertThat(queue.dead().newest(10)).hasSize(1);
        assertThat(ledger.runs.values()).containsOnly(1);
    }

    @Test
    void aTransactionThatTheDatabaseHasGivenUpIsNotTakenForDone() {
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::once, notes));
        ledger.special = job -> {
            try (Statement statement = job.connection().createStatement()) {
                // As some databases do by themselves to end a deadlock, whoever catches what they say.
                statement.execute("rollback");
            }
            insert(job.connection(), new Note(ledger.chosen, "late"));
        };
        run(queue, (to, notes) -> to.enqueueAll(Ledger::once, notes));
        assertChosen();
        assertEachEffectOnce(ledger.chosen);
        assertThat(queue.dead().newest(10)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aCommitThatIsRefusedUndoesAllAndFindsTheJobThatItWasFor() throws SQLException {
        assumeThat(backend).as("has constraints that are checked at the commit").isEqualTo(Backend.POSTGRESQL);
        execute("alter table effect add constraint one_each unique (id, note) deferrable initially deferred");
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::once, notes));
        ledger.special = job -> insert(job.connection(), new Note(ledger.chosen, ""));
        run(queue, (to, notes) -> to.enqueueAll(Ledger::once, notes));
        assertEachEffectOnce(ledger.chosen);
        assertThat(queue.dead().newest(10))
                .singleElement()
                .satisfies(dead -> assertThat(dead.error()).contains("one_each"));
        assertThat(ledger.runs.get(ledger.chosen - 1))
                .as("ran again, though it had one attempt")
                .isGreaterThan(1);
    }

    @Test
    void aConnectionThatIsCutOffLosesAndDoublesNothing() {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::entry, notes));
        ledger.special = job -> number(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database()"
                        + " and pid <> pg_backend_pid() and state = 'idle in transaction'");
        run(queue, (to, notes) -> to.enqueueAll(Ledger::entry, notes));
        assertChosen();
        assertEachEffectOnce();
        assertThat(queue.dead().newest(10)).isEmpty();
    }

    @Test
    void oneThatIsCutOffInItsMidstIsNoDeadLetterForThatThoughItHasOneAttempt() {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::once, notes));
        ledger.special = job -> {
            if (ledger.failed.compareAndSet(false, true)) {
                number(
                        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database()"
                                + " and pid <> pg_backend_pid() and state = 'idle in transaction'");
                insert(job.connection(), new Note(ledger.chosen, "cut off"));
            }
        };
        run(queue, (to, notes) -> to.enqueueAll(Ledger::once, notes));
        assertChosen();
        assertEachEffectOnce();
        assertThat(queue.dead().newest(10)).isEmpty();
    }

    @Test
    void aCommitThatIsCutOffCountsAgainstNone() {
        AtomicInteger cuts = new AtomicInteger();
        JobQueue queue = warm(
                JobQueue.builder(CuttingDataSource.of(dataSource(), new AtomicInteger(), cuts))
                        .bookkeeping(dataSource())
                        .pollInterval(Duration.ofMillis(50)),
                (to, notes) -> to.enqueueAll(Ledger::once, notes));
        ledger.special = job -> {
            if (ledger.failed.compareAndSet(false, true)) {
                cuts.set(3);
            }
        };
        run(queue, (to, notes) -> to.enqueueAll(Ledger::once, notes));
        assertChosen();
        assertThat(cuts.get()).isNegative();
        assertEachEffectOnce();
        assertThat(queue.dead().newest(10)).isEmpty();
    }

    @Test
    void aStatementEndsWhenTheJobsTimeIsOver() {
        JobQueue queue = started(builder().handlers(ledger).workers(1));
        JobHandle slow = queue.enqueue(Ledger::slow, new Note(1, ""));
        await().atMost(Duration.ofSeconds(30)).until(() -> slow.state().equals(Optional.of(JobState.DEAD)));
        assertThat(queue.dead().newest(1).get(0).error()).contains("timed out after PT0.2S");
        assertThat(ids()).isEmpty();
    }

    @Test
    void oneThatIsCancelledByAnotherOfItsTransactionDoesNotRun() throws SQLException {
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::once, notes));
        List<JobHandle> handles = new CopyOnWriteArrayList<>();
        CountDownLatch enqueued = new CountDownLatch(1);
        ledger.special = job -> {
            enqueued.await();
            assertThat(handles.get((int) ledger.chosen + 5).cancel()).isTrue();
            assertThat(handles.get((int) ledger.chosen - 5).cancel())
                    .as("has ended")
                    .isFalse();
        };
        try (JobQueue held = built(builder().handlers(ledger))) {
            for (Note note : notes(0, JOBS)) {
                handles.add(held.in(uncommitted()).enqueue(Ledger::once, note));
            }
            commit();
            enqueued.countDown();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        assertEachEffectOnce(ledger.chosen + 5);
        assertThat(queue.dead().newest(10)).isEmpty();
    }

    private Connection open;

    private Connection uncommitted() throws SQLException {
        if (open == null) {
            open = dataSource().getConnection();
            open.setAutoCommit(false);
        }
        return open;
    }

    private void commit() throws SQLException {
        try (Connection connection = open) {
            connection.commit();
        }
    }

    @Test
    void whatAUniqueJobHasNotSeenIsNotDroppedForIt() throws SQLException {
        JobQueue queue = warm((to, notes) -> to.enqueueAll(Ledger::once, notes));
        ledger.special = job -> queue.in(job.connection())
                .unique(Unique.of("key"))
                .enqueue(Ledger::index, new Note(2, "after the change"));
        Connection together = uncommitted();
        queue.in(together).enqueueAll(Ledger::once, notes(1, 5));
        queue.in(together).unique(Unique.of("key")).enqueue(Ledger::index, new Note(1, "before it"));
        queue.in(together).enqueueAll(Ledger::once, notes(5, JOBS));
        commit();
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        assertThat(ledger.order).endsWith(1L, 2L);
        assertChosen();
        assertEachEffectOnce(0);
    }

    @Test
    void severalProcessesShareTheWorkAndDoItOnce() {
        JobQueue queue = built(builder().handlers(ledger).workers(3));
        queue.enqueueAll(Ledger::entry, notes(0, 900));
        queue.start();
        started(builder().handlers(ledger).workers(3));
        await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
        assertThat(ids())
                .containsExactlyElementsOf(
                        IntStream.range(0, 900).mapToObj(Long::valueOf).toList());
    }
}
