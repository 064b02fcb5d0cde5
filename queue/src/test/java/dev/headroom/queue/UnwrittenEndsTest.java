package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An end that can't be written with the others holds none of them up, nor the next jobs, and is written once. */
@OnEveryBackend
class UnwrittenEndsTest extends JobQueueContract {
    private static final String COMPLETER = "-completer";

    private final Ending ending = new Ending();

    /** Handlers that end when they are told to. */
    public static final class Ending {
        final AtomicInteger began = new AtomicInteger();
        final AtomicInteger ended = new AtomicInteger();
        final AtomicInteger runs = new AtomicInteger();
        final CountDownLatch first = new CountDownLatch(1);
        final CountDownLatch last = new CountDownLatch(1);
        final CountDownLatch again = new CountDownLatch(1);

        @Job(name = "ending.first")
        public void first(Note note) throws InterruptedException {
            awaits(first);
        }

        @Job(name = "ending.last")
        public void last(Note note) throws InterruptedException {
            awaits(last);
        }

        @Job(name = "ending.returned", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void returned(Note note, JobContext job) throws Exception {
            job.connection().createStatement().close();
            twice();
        }

        @Job(name = "ending.retried", attempts = 2, backoff = "1ms..2ms")
        public void retried(Note note) throws InterruptedException {
            if (twice()) {
                throw new IllegalStateException("the first time");
            }
        }

        @Job(name = "ending.kept", track = true)
        public String kept(Note note) {
            return note.text();
        }

        private boolean twice() throws InterruptedException {
            if (runs.incrementAndGet() == 1) {
                return true;
            }
            again.countDown();
            awaits(last);
            return false;
        }

        private void awaits(CountDownLatch latch) throws InterruptedException {
            if (latch.getCount() > 0) {
                began.incrementAndGet();
            }
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
            ended.incrementAndGet();
        }
    }

    private static List<JobHandle> enqueued(JobQueue queue, int jobs) {
        return IntStream.range(0, jobs)
                .mapToObj(i -> queue.enqueue(Ending::first, new Note(i, "")))
                .toList();
    }

    private static void lock(Connection connection, JobHandle job) throws SQLException {
        connection.setAutoCommit(false);
        connection.createStatement().execute("select * from headroom_job where id = " + job.id() + " for update");
    }

    private static void letGo(Connection connection) throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    private boolean isThere(JobHandle job) {
        return isThere(job.id());
    }

    private boolean isThere(long id) {
        return count("headroom_job where id = " + id) == 1;
    }

    @Test
    void workersWhoseJobsEndsAreKeptFromBeingWrittenTakeUpOthers() throws Exception {
        JobQueue queue = started(builder().workers(2).handlers(ending));
        List<JobHandle> locked = enqueued(queue, 2);
        await().until(() -> ending.began.get() == 2);
        try (Connection other = dataSource().getConnection()) {
            for (JobHandle each : locked) {
                lock(other, each);
            }
            // Of short jobs more would be claimed than there are workers.
            await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
            ending.first.countDown();
            JobHandle next = queue.enqueue(Ending::first, new Note(3, ""));
            await().atMost(Duration.ofSeconds(30)).until(() -> !isThere(next));
            assertThat(locked).allMatch(this::isThere);
            letGo(other);
        }
        awaitNoJobs();
    }

    @Test
    void anEndThatCanBeWrittenDoesNotWaitForThoseThatCanNot() throws Exception {
        // It has limits of its own.
        assumeThat(backend).isNotEqualTo(Backend.H2);
        JobQueue queue = started(builder().workers(11).handlers(ending));
        List<JobHandle> locked = enqueued(queue, 10);
        JobHandle last = queue.enqueue(Ending::last, new Note(10, ""));
        await().until(() -> ending.began.get() == 11);
        try (Connection other = dataSource().getConnection();
                Connection another = dataSource().getConnection()) {
            for (JobHandle each : locked) {
                lock(other, each);
            }
            lock(another, last);
            ending.first.countDown();
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            // It comes after the others and is told apart, too.
            ending.last.countDown();
            await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
            letGo(another);
            await().atMost(Duration.ofSeconds(6)).until(() -> !isThere(last));
            assertThat(locked).allMatch(this::isThere);
            letGo(other);
        }
        awaitNoJobs();
    }

    @Test
    void endsThatTakeLongTogetherAreNotWrittenOneByOne() throws Exception {
        // Elsewhere the limit is that of a wait.
        assumeThat(backend).isEqualTo(Backend.MARIADB);
        execute("create trigger slow before delete on headroom_job for each row do sleep(0.02)");
        try {
            AtomicInteger commits = new AtomicInteger();
            JobQueue queue = started(JobQueue.builder(dataSource())
                    .bookkeeping(committing(connection -> {
                        if (onCompleter()) {
                            commits.incrementAndGet();
                        }
                        connection.commit();
                    }))
                    .workers(100)
                    .pollInterval(Duration.ofMillis(100))
                    .handlers(ending));
            enqueued(queue, 100);
            await().atMost(Duration.ofSeconds(30)).until(() -> ending.began.get() == 100);
            ending.first.countDown();
            awaitNoJobs();
            assertThat(commits.get()).isLessThan(50);
        } finally {
            execute("drop trigger slow");
        }
    }

    /**
     * @param kind how the first run ends
     * @param state what the driver says once its end is committed; nothing if it is no exception of the database's
     */
    @ParameterizedTest
    @CsvSource({"returned, 08006", "retried, 08006", "returned,", "retried,"})
    void anEndWhoseCommitWasInDoubtDoesNotEndTheNextRun(String kind, String state) throws Exception {
        AtomicBoolean refuses = new AtomicBoolean(true);
        AtomicBoolean doubts = new AtomicBoolean(true);
        AtomicInteger lost = new AtomicInteger();
        JobQueue queue = built(JobQueue.builder(committing(connection -> {
                    if (ending.runs.get() == 1 && refuses.getAndSet(false)) {
                        connection.rollback();
                        throw new SQLException("refused", "55P03");
                    }
                    connection.commit();
                }))
                .bookkeeping(committing(connection -> {
                    connection.commit();
                    if (onCompleter() && doubts.getAndSet(false)) {
                        // The answer is lost, and meanwhile the job is taken up again.
                        await().atMost(Duration.ofSeconds(30)).until(() -> ending.again.getCount() == 0);
                        if (state == null) {
                            throw new IllegalStateException("after the commit");
                        }
                        throw new SQLException("cut off", state);
                    }
                }))
                .pollInterval(Duration.ofMillis(50))
                .shutdownGrace(Duration.ofSeconds(2))
                .handlers(ending));
        queue.connect(StubMeters.countingLostLeases(lost));
        queue.start();
        JobQueue elsewhere = built(builder().handlers(ending));
        if (kind.equals("returned")) {
            elsewhere.enqueue(Ending::returned, new Note(1, ""));
        } else {
            elsewhere.enqueue(Ending::retried, new Note(1, ""));
        }
        assertThat(ending.again.await(30, TimeUnit.SECONDS)).isTrue();
        await().during(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(5))
                .until(() -> count("headroom_job where state = 1") == 1);
        assertThat(doubts).isFalse();
        ending.last.countDown();
        awaitNoJobs();
        assertThat(ending.runs).hasValue(2);
        queue.close();
        assertThat(lost).hasValue(0);
        assertThat(queue.dead().newest(1)).isEmpty();
    }

    @Test
    void aDeadLetterWhoseCommitWasInDoubtIsNoLostLease() throws Exception {
        AtomicInteger lost = new AtomicInteger();
        AtomicBoolean doubts = new AtomicBoolean(true);
        BooleanSupplier isDead = () -> count("headroom_job_dead") == 1;
        execute("alter table headroom_job_result add constraint no_result check (result is null)");
        try {
            JobQueue queue = built(JobQueue.builder(committing(connection -> {
                        connection.commit();
                        if (onCompleter() && doubts.get() && isDead.getAsBoolean() && doubts.getAndSet(false)) {
                            throw new SQLException("cut off", "08006");
                        }
                    }))
                    .pollInterval(Duration.ofMillis(100))
                    .handlers(ending));
            queue.connect(StubMeters.countingLostLeases(lost));
            queue.start();
            JobHandle job = queue.enqueue(Ending::kept, new Note(1, "kept"));
            assertThat(job.await(Duration.ofSeconds(30)).orElseThrow().end()).isEqualTo(JobResult.End.DEAD);
            queue.close();
            assertThat(doubts).isFalse();
            assertThat(lost).hasValue(0);
        } finally {
            execute("alter table headroom_job_result drop constraint no_result");
        }
    }

    /** @param state what the server says to each transaction with the end of one job, without room or by its connection's end */
    @ParameterizedTest
    @ValueSource(strings = {"53100", "08006"})
    void oneThatTheServerCanNotWriteHoldsUpNoneThatWouldHaveBeenWrittenWithIt(String state) throws Exception {
        int jobs = 8;
        AtomicLong refused = new AtomicLong(-1);
        AtomicBoolean holds = new AtomicBoolean();
        CountDownLatch gathered = new CountDownLatch(1);
        List<Long> together = new CopyOnWriteArrayList<>();
        JobQueue queue = started(JobQueue.builder(dataSource())
                .bookkeeping(committing(connection -> {
                    if (onCompleter() && holds.getAndSet(false)) {
                        awaitUninterruptibly(gathered);
                    }
                    long id = refused.get();
                    if (onCompleter() && id >= 0 && left(connection, "id = " + id) == 0 && isThere(id)) {
                        together.add(count("headroom_job") - left(connection, "1 = 1"));
                        connection.rollback();
                        throw new SQLException("refused", state);
                    }
                    connection.commit();
                }))
                .workers(jobs + 1)
                .pollInterval(Duration.ofMillis(100))
                .shutdownGrace(Duration.ofSeconds(2))
                .handlers(ending));
        queue.enqueue(Ending::last, new Note(99, ""));
        List<JobHandle> all = enqueued(queue, jobs);
        await().until(() -> ending.began.get() == jobs + 1);
        holds.set(true);
        // While its end is written, those of the others come together.
        ending.last.countDown();
        await().until(() -> !holds.get());
        refused.set(all.get(3).id());
        ending.first.countDown();
        await().until(() -> ending.ended.get() == jobs + 1);
        gathered.countDown();
        await().atMost(Duration.ofSeconds(15)).until(() -> count("headroom_job") == 1);
        assertThat(isThere(all.get(3))).isTrue();
        assertThat(together.get(0)).as("ends of one transaction").isGreaterThan(1);
        await().atMost(Duration.ofSeconds(5)).until(() -> together.contains(1L));
        int tries = together.size();
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
        assertThat(together.size() - tries).as("tries while it is alone").isLessThan(20);
        refused.set(-1);
        awaitNoJobs();
        assertThat(queue.dead().newest(1)).isEmpty();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) throws SQLException {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new SQLException(e);
        }
    }

    /** As this transaction has it. */
    private static long left(Connection connection, String where) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from headroom_job where " + where)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void anEndWhoseCommitWasInDoubtIsGivenTheTimeThatItNeeds() throws Exception {
        // Elsewhere the limit is that of a wait.
        assumeThat(backend).isEqualTo(Backend.MARIADB);
        execute("create table slowness (seconds double)");
        execute("insert into slowness values (0)");
        execute(
                "create trigger slow before delete on headroom_job for each row do sleep((select seconds from slowness))");
        try {
            AtomicBoolean doubts = new AtomicBoolean(true);
            JobQueue queue = started(JobQueue.builder(dataSource())
                    .bookkeeping(committing(connection -> {
                        if (onCompleter() && doubts.getAndSet(false)) {
                            connection.rollback();
                            slowDown();
                            throw new SQLException("cut off", "08006");
                        }
                        connection.commit();
                    }))
                    .pollInterval(Duration.ofMillis(100))
                    .handlers(ending));
            queue.enqueue(Ending::kept, new Note(1, "kept"));
            awaitNoJobs();
            assertThat(doubts).isFalse();
            assertThat(queue.dead().newest(1)).isEmpty();
        } finally {
            execute("drop trigger slow");
            execute("drop table slowness");
        }
    }

    /** More than a statement may take at first. */
    private void slowDown() throws SQLException {
        execute("update slowness set seconds = 1.2");
    }

    private static boolean onCompleter() {
        return Thread.currentThread().getName().contains(COMPLETER);
    }

    private DataSource committing(Proxied.Commit commit) {
        return Proxied.commits(dataSource(), commit);
    }
}
