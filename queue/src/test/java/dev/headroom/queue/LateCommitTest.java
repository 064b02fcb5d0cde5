package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.internal.sql.Delegated;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What commits long after others that were enqueued later is found all the same, wherever claims have got to by then. */
@OnEveryBackend
class LateCommitTest extends JobQueueContract {
    private static final int AT_ONCE = 100;

    private static final String SERVER = "pg_postmaster_start_time()::text";

    private final Recorder recorder = new Recorder();
    private final Locking locking = new Locking();
    private final AtomicReference<String> server = new AtomicReference<>(SERVER);
    private final AtomicInteger sweeps = new AtomicInteger();

    /** Has no other kind beside it, and so no worker that the dispatcher claims for. */
    public static final class Locking {
        final Map<Long, Integer> runs = new ConcurrentHashMap<>();

        @Job(name = "locking.note", queue = "locking", tx = Tx.LOCK_IN_TX)
        public void note(Note note) {
            runs.merge(note.id(), 1, Integer::sum);
        }
    }

    /** Enqueues jobs of one kind. */
    @FunctionalInterface
    private interface Kind {
        void enqueueAll(Enqueuer to, List<Note> notes);
    }

    @Test
    void runsAJobThatCommitsAfterClaimsHavePassedItsPlace() throws Exception {
        runsWhatCommitsLate(recorder, recorder.runs, (to, notes) -> to.enqueueAll(Recorder::note, notes));
    }

    @Test
    void runsOneThatIsLockedByItsTransactionToo() throws Exception {
        runsWhatCommitsLate(locking, locking.runs, (to, notes) -> to.enqueueAll(Locking::note, notes));
    }

    private void runsWhatCommitsLate(Object handlers, Map<Long, Integer> runs, Kind kind) throws Exception {
        JobQueue queue = started(builder().handlers(handlers));
        try (Connection late = dataSource().getConnection()) {
            late.setAutoCommit(false);
            kind.enqueueAll(queue.in(late), List.of(new Note(-1, "late")));
            long end = System.nanoTime() + Duration.ofMillis(2_500).toNanos();
            for (int done = AT_ONCE; System.nanoTime() - end < 0; done += AT_ONCE) {
                int before = done - AT_ONCE;
                List<Note> notes = IntStream.range(before, done)
                        .mapToObj(number -> new Note(number, ""))
                        .toList();
                kind.enqueueAll(queue, notes);
                int expected = done;
                await().atMost(Duration.ofSeconds(20)).until(() -> runs.size() >= expected);
            }
            assertThat(runs).doesNotContainKey(-1L);
            late.commit();
        }
        // Well before the look that is done every 20 s whoever is free.
        await().atMost(Duration.ofSeconds(12)).until(() -> runs.containsKey(-1L));
        awaitNoJobs();
        assertThat(runs.values()).containsOnly(1);
    }

    @Test
    void whatWasScheduledAndIsDoneCostsNoLookForTheNextWhileASnapshotIsKept() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        int jobs = 3_000;
        JobQueue queue = built(builder().handlers(recorder));
        queue.delay(Duration.ofHours(1))
                .enqueueAll(
                        Recorder::note,
                        IntStream.range(0, jobs).mapToObj(i -> new Note(i, "")).toList());
        execute("update headroom_job set run_at = run_at - interval '2 hours'");
        try (Connection snapshot = dataSource().getConnection()) {
            snapshot.setAutoCommit(false);
            snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            snapshot.createStatement().executeQuery("select 1 from headroom_job limit 1");
            queue.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job") == 0);
            // A server process tells of what it has read a second later, and as late as its next statement.
            await().during(Duration.ofSeconds(3)).until(() -> count("headroom_job") == 0);
            long before = entriesRead();
            await().pollInterval(Duration.ofMillis(30))
                    .during(Duration.ofSeconds(4))
                    .until(() -> {
                        queue.wake();
                        return true;
                    });
            // By far fewer looks than there were each would walk past all of them.
            await().during(Duration.ofSeconds(2)).until(() -> entriesRead() - before < 50L * jobs);
            snapshot.rollback();
            snapshot.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            snapshot.setAutoCommit(true);
        }
    }

    /** Keeps its worker until it is released, whoever interrupts it. */
    public static final class Holding {
        final CountDownLatch began = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);

        @Job(name = "holding.note")
        public void note(Note note) {
            began.countDown();
            boolean released = note.id() >= 0;
            while (!released) {
                try {
                    released = release.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException ignored) {
                    continue;
                }
            }
        }
    }

    @Test
    void whatBecameDueInAPauseIsReadyAfterItThoughNoWorkerIsFree() throws Throwable {
        // As for a process that was stopped for longer than its lease.
        overdueIsReadyAfter(1_500, () -> execute("delete from headroom_job_node"));
    }

    @Test
    void whatBecameDueBeforeAnotherServerAnswersIsReadyThoughNoWorkerIsFree() throws Throwable {
        overdueIsReadyAfter(1, () -> server.set("'another'"));
    }

    private void overdueIsReadyAfter(int jobs, Executable happens) throws Throwable {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        Holding holding = new Holding();
        JobQueue queue = started(watched().handlers(holding).workers(1).lease(Duration.ofSeconds(2)));
        try {
            queue.enqueue(Holding::note, new Note(-1, "holds"));
            assertThat(holding.began.await(20, TimeUnit.SECONDS)).isTrue();
            awaitFirstLooks(queue);
            queue.delay(Duration.ofHours(1))
                    .enqueueAll(
                            Holding::note,
                            IntStream.range(0, jobs)
                                    .mapToObj(i -> new Note(i, ""))
                                    .toList());
            execute("update headroom_job set run_at = run_at - interval '2 hours' where state = 2");
            happens.execute();
            await().atMost(Duration.ofSeconds(10)).until(() -> count("headroom_job where state = 2") == 0);
            assertThat(holding.release.getCount()).isOne();
        } finally {
            holding.release.countDown();
        }
        awaitNoJobs();
    }

    /** The first looks find whatever is due; the next ones for 20 s do not. */
    private void awaitFirstLooks(JobQueue queue) {
        queue.delay(Duration.ofMillis(1)).enqueue(Holding::note, new Note(0, "first"));
        await().atMost(Duration.ofSeconds(20)).until(() -> sweeps.get() > 0);
        await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job where state = 2") == 0);
    }

    /** On the database as it says of its server what is set, and with looks below the floors counted. */
    private JobQueueBuilder watched() {
        DataSource watched = Proxied.connections(dataSource(), (connection, method, arguments) -> {
            if (method.getName().equals("prepareStatement")) {
                arguments[0] = ((String) arguments[0]).replace(SERVER, server.get());
            }
            Object result = Delegated.call(connection, method, arguments);
            if (method.getName().equals("commit")
                    && Thread.currentThread().getName().endsWith("-floors")) {
                sweeps.incrementAndGet();
            }
            return result;
        });
        return JobQueue.builder(watched).pollInterval(Duration.ofMillis(100)).shutdownGrace(Duration.ofSeconds(2));
    }

    private long entriesRead() {
        return number("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'headroom_job_scheduled'");
    }
}
