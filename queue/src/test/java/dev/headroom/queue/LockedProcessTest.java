package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A process that dies in the midst of a transaction that several locked jobs share, and a transaction elsewhere that keeps its snapshot. */
@Tag("one-jdk")
class LockedProcessTest {
    private static final int JOBS = 400;
    private static final int HANGS_AT = 250;

    private TestDatabase database;
    private HikariDataSource pool;

    /** Its handlers. */
    public static final class Entries {
        private final boolean hangs;

        Entries(boolean hangs) {
            this.hangs = hangs;
        }

        /** Has an effect; one of the child's says so and never ends. */
        @Job(name = "locked.entry", queue = "locked", tx = Tx.LOCK_IN_TX, timeout = "10m")
        public void entry(Note note, JobContext job) throws Exception {
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into effect (id, note) values (?, '')")) {
                insert.setLong(1, note.id());
                insert.executeUpdate();
            }
            if (hangs && note.id() >= HANGS_AT) {
                System.out.println("began " + note.id());
                new CountDownLatch(1).await();
            }
        }

        /** Has none. */
        @Job(name = "locked.nothing", queue = "locked", tx = Tx.LOCK_IN_TX)
        public void nothing(Note note) {}
    }

    /** The child. */
    public static final class Child {
        private Child() {}

        /** Runs until its standard input ends. */
        public static void main(String[] args) throws IOException {
            JobQueue queue = JobQueue.builder(Backend.pool(args[0]))
                    .handlers(new Entries(true))
                    .lease(Duration.ofHours(1))
                    .workers(1)
                    .build();
            queue.start();
            while (System.in.read() >= 0) {
                // Until the parent ends it.
            }
            queue.close();
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
    void whatAKilledProcessHadRunInItsTransactionRunsOnceElsewhereHoweverLongItsLease() {
        try (JobQueue queue =
                        JobQueue.builder(pool).handlers(new Entries(false)).build();
                ChildJvm child = ChildJvm.builder(Child.class)
                        .arguments(database.jdbcUrl())
                        .start()) {
            queue.enqueueAll(
                    Entries::entry,
                    IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList());
            child.waitForLine(Pattern.compile("began \\d+"));
            assertThat(number("select count(*) from effect")).isLessThanOrEqualTo(HANGS_AT);
            child.kill();
            queue.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> number("select count(*) from headroom_job") == 0);
        }
        assertThat(number("select count(*) from effect")).isEqualTo(JOBS);
        assertThat(number("select count(distinct id) from effect")).isEqualTo(JOBS);
    }

    @Test
    @Tag("soak")
    void whatAKilledProcessHadLockedRunsAtOnce() {
        try (JobQueue queue =
                        JobQueue.builder(pool).handlers(new Entries(false)).build();
                ChildJvm child = ChildJvm.builder(Child.class)
                        .arguments(database.jdbcUrl())
                        .start()) {
            queue.enqueueAll(
                    Entries::entry,
                    IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList());
            child.waitForLine(Pattern.compile("began \\d+"));
            queue.start();
            // All but those that the child has locked.
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> number("select count(*) from effect") > 0
                            && number("select count(*) from (select 1 from headroom_job for update skip locked) free")
                                    == 0);
            long locked = number("select count(*) from headroom_job");
            assertThat(locked).isPositive();
            child.kill();
            long killed = System.nanoTime();
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> number("select count(*) from headroom_job") == 0);
            System.out.printf(
                    Locale.ROOT,
                    "soak: killed process, LOCK_IN_TX: %.2f s from the kill to the second run of the last of its %d jobs%n",
                    (System.nanoTime() - killed) / 1e9,
                    locked);
        }
        assertThat(number("select count(distinct id) from effect")).isEqualTo(JOBS);
    }

    @Test
    void looksPastNoMoreDeadRowsWhenASnapshotIsKept() throws Exception {
        // Floors follow the oldest transaction of all databases of a cluster.
        try (PostgresCluster cluster = PostgresCluster.builder().start();
                TestDatabase alone = cluster.createDatabase();
                HikariDataSource own = Backend.poolWithEffects(alone.jdbcUrl());
                Connection pinned = own.getConnection();
                JobQueue queue = JobQueue.builder(own)
                        .handlers(new Entries(false))
                        .queue("locked", locked -> locked.workers(1).perTransaction(1))
                        .build()) {
            pinned.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            pinned.setAutoCommit(false);
            pinned.createStatement()
                    .executeQuery("select count(*) from headroom_job")
                    .close();
            queue.start();
            int jobs = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            while (jobs < 3_000 || System.nanoTime() - end < 0) {
                List<Note> some =
                        IntStream.range(0, 500).mapToObj(i -> new Note(i, "")).toList();
                queue.enqueueAll(Entries::nothing, some);
                jobs += some.size();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> number(own, "select count(*) from headroom_job") == 0);
            }
            int all = jobs;
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(number(
                                    own,
                                    "select idx_tup_read"
                                            + " from pg_stat_user_indexes where indexrelname = 'headroom_job_ready'"))
                            .as(
                                    "entries of the index that were read for %d jobs; each claim would walk all before it",
                                    all)
                            .isBetween((long) all, 60L * all));
            pinned.rollback();
        }
    }

    private long number(String sql) {
        return number(pool, sql);
    }

    private static long number(HikariDataSource from, String sql) {
        try (Connection connection = from.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
