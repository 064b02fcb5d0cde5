package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.WorkerMain.Steps;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that are killed or paused for longer than their lease: others run their jobs, and each effect happens once. */
@Tag("one-jdk")
@ParameterizedClass
@EnumSource(Server.class)
class KilledProcessTest {
    private static final int JOBS = 6;
    private static final int WORKERS = 2;
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration DEFAULT_LEASE = Duration.ofSeconds(12);
    private static final Duration FOR_EVER = Duration.ofMinutes(10);

    /** A lease, a heartbeat, a look for work, and what a busy machine takes. */
    private static final Duration SOON =
            LEASE.plus(LEASE.dividedBy(3)).plus(POLL).plusSeconds(3);

    @Parameter
    Server server;

    private TestDatabase database;
    private HikariDataSource pool;
    private final Set<Long> here = ConcurrentHashMap.newKeySet();

    /** The same kind of job, without the waiting. */
    public final class Quick {
        /** Has its effect at once. */
        @Job(name = WorkerMain.SLOW, tx = Tx.COMPLETE_IN_TX)
        public void slow(Note note, JobContext job) throws SQLException {
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into effect (id, note) values (?, 'parent')")) {
                insert.setLong(1, note.id());
                insert.executeUpdate();
            }
            here.add(note.id());
        }
    }

    @BeforeEach
    void open() throws SQLException {
        database = server.createDatabase();
        pool = Backend.poolWithEffects(database.jdbcUrl());
    }

    @AfterEach
    void close() {
        pool.close();
        database.close();
    }

    @Test
    void jobsOfAKilledWorkerRunAgainSoonAfterItsLease() {
        try (JobQueue queue = queue();
                ChildJvm worker = worker(LEASE, FOR_EVER)) {
            assertThat(fromTheKillToTheLastSecondRun(queue, worker, LEASE, JOBS))
                    .isLessThan(SOON);
            assertEachEffectOnce(JOBS);
        }
    }

    @Test
    @Tag("soak")
    void byDefaultTheyRunAgainWithin15Seconds() {
        try (JobQueue queue = JobQueue.builder(pool).handlers(new Quick()).build();
                ChildJvm worker = worker(DEFAULT_LEASE, FOR_EVER)) {
            Duration took = fromTheKillToTheLastSecondRun(queue, worker, DEFAULT_LEASE, WORKERS);
            System.out.printf(
                    Locale.ROOT,
                    "soak: killed process on %s, lease of %d s: %.1f s from the kill to the second run of the last of its %d jobs%n",
                    server,
                    DEFAULT_LEASE.toSeconds(),
                    took.toMillis() / 1e3,
                    WORKERS);
            assertThat(took).isLessThan(Duration.ofSeconds(15));
            assertEachEffectOnce(WORKERS);
        }
    }

    @Test
    void aWorkerPausedBeyondItsLeaseCannotCompleteWhatAnotherHasTaken() {
        try (JobQueue queue = queue();
                ChildJvm worker = worker(LEASE, Duration.ofMillis(500))) {
            enqueue(queue, JOBS);
            worker.waitForLine(Pattern.compile("began \\d+"));
            worker.suspend();
            queue.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job") == 0);
            assertEachEffectOnce(JOBS);
            worker.resume();
            worker.waitForLine(Pattern.compile("ended \\d+"));
            await().during(Duration.ofMillis(500)).until(() -> count("effect") == JOBS);
            assertEachEffectOnce(JOBS);
        }
    }

    @Test
    void aJobGoesOnAfterTheStepThatAKilledProcessHadDone() {
        try (JobQueue queue = queue();
                ChildJvm worker = worker(LEASE, Duration.ZERO)) {
            queue.enqueue(Steps::steps, new Note(1, ""));
            worker.waitForLine(Pattern.compile("between its steps"));
            worker.kill();
            queue.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job") == 0);
            assertThat(count("effect where note = 'first'")).isOne();
            assertThat(count("effect where note = 'second' and id = " + worker.pid()))
                    .as("second steps that know what the first gave")
                    .isOne();
            assertThat(count("headroom_job_step")).isZero();
        }
    }

    private JobQueue queue() {
        return JobQueue.builder(pool)
                .handlers(new Quick(), new Steps(pool, false))
                .lease(LEASE)
                .pollInterval(POLL)
                .build();
    }

    /** Kills a worker whose jobs never end, beside a process that has been there for so long that it can tell a silent one from a database that was away. */
    private Duration fromTheKillToTheLastSecondRun(JobQueue queue, ChildJvm worker, Duration lease, int jobs) {
        enqueue(queue, jobs);
        worker.waitForLine(Pattern.compile("began 0"));
        worker.waitForLine(Pattern.compile("began 1"));
        queue.start();
        await().pollDelay(lease.plusSeconds(1))
                .atMost(lease.plusSeconds(20))
                .until(() -> here.size() == jobs - WORKERS);
        worker.kill();
        long killed = System.nanoTime();
        await().pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofMinutes(1))
                .until(() -> here.size() == jobs);
        Duration took = Duration.ofNanos(System.nanoTime() - killed);
        await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job") == 0);
        return took;
    }

    private ChildJvm worker(Duration lease, Duration perJob) {
        ChildJvm worker = ChildJvm.builder(WorkerMain.class)
                .arguments(database.jdbcUrl(), Long.toString(lease.toMillis()), Long.toString(perJob.toMillis()))
                .start();
        worker.waitForLine(Pattern.compile("started"));
        return worker;
    }

    private void enqueue(JobQueue queue, int jobs) {
        List<Note> notes =
                IntStream.range(0, jobs).mapToObj(i -> new Note(i, "")).toList();
        queue.enqueueAll(Quick::slow, notes);
    }

    private void assertEachEffectOnce(int jobs) {
        assertThat(count("effect")).isEqualTo(jobs);
        assertThat(count("(select distinct id from effect) as d")).isEqualTo(jobs);
    }

    private long count(String from) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
