package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Processes that are killed or paused for longer than their lease: others run their jobs, and each effect happens once. */
@Tag("one-jdk")
class KilledProcessTest {
    private static final int JOBS = 6;
    private static final Duration LEASE = Duration.ofSeconds(2);

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
        database = SharedPostgres.createDatabase();
        pool = Backend.poolWithEffects(database.jdbcUrl());
    }

    @AfterEach
    void close() {
        pool.close();
        database.close();
    }

    @Test
    void jobsOfAKilledWorkerRunAgainWithinTheLeaseAndASecond() throws SQLException {
        try (JobQueue queue = queue();
                ChildJvm worker = worker()) {
            enqueue(queue);
            worker.waitForLine(Pattern.compile("began \\d+"));
            worker.kill();
            long killed = System.nanoTime();
            queue.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job") == 0);
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(LEASE.plusSeconds(10));
            assertThat(here).as("jobs that ran here after the kill").hasSizeGreaterThanOrEqualTo(JOBS - 2);
            assertEachEffectOnce();
        }
    }

    @Test
    void aWorkerPausedBeyondItsLeaseCannotCompleteWhatAnotherHasTaken() throws SQLException {
        try (JobQueue queue = queue();
                ChildJvm worker = worker()) {
            enqueue(queue);
            worker.waitForLine(Pattern.compile("began \\d+"));
            worker.suspend();
            queue.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job") == 0);
            assertEachEffectOnce();
            worker.resume();
            worker.waitForLine(Pattern.compile("ended \\d+"));
            await().during(Duration.ofMillis(500)).until(() -> count("effect") == JOBS);
            assertEachEffectOnce();
        }
    }

    private JobQueue queue() {
        return JobQueue.builder(pool)
                .handlers(new Quick())
                .lease(LEASE)
                .pollInterval(Duration.ofMillis(100))
                .build();
    }

    private ChildJvm worker() {
        ChildJvm worker = ChildJvm.builder(WorkerMain.class)
                .arguments(database.jdbcUrl(), Long.toString(LEASE.toMillis()))
                .start();
        worker.waitForLine(Pattern.compile("started"));
        return worker;
    }

    private void enqueue(JobQueue queue) {
        List<Note> notes =
                IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList();
        queue.enqueueAll(Quick::slow, notes);
    }

    private void assertEachEffectOnce() {
        assertThat(count("effect")).isEqualTo(JOBS);
        assertThat(count("(select distinct id from effect) as d")).isEqualTo(JOBS);
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
