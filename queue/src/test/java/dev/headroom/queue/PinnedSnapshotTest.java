package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.PostgresCluster;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A transaction elsewhere that keeps its snapshot for long: every job that is done stays in the index as a dead entry, and claims do not pay for that. */
class PinnedSnapshotTest {
    private static final int JOBS = 20_000;
    private static final int AT_ONCE = 200;

    /** Of priorities and criticalities, each of which a claim looks for by a scan of its own unless it has enough before. */
    private static final int SCANS = 40;

    private static final String INDEX = " from pg_stat_user_indexes where indexrelname = 'headroom_job_ready'";
    private static final String READ = "select idx_tup_read" + INDEX;
    private static final String SCANNED = "select idx_scan" + INDEX;

    private final AtomicInteger ran = new AtomicInteger();

    /** Counts its runs. */
    public final class Counted {
        /** Counts. */
        @Job(name = "counted")
        public void counted(Note note) {
            ran.incrementAndGet();
        }
    }

    @Test
    void claimsWalkPastAFewOfTheDeadEntriesHoweverManyThereAre() throws Exception {
        // Floors follow the oldest transaction of all databases of a cluster.
        try (PostgresCluster cluster = PostgresCluster.builder().start();
                TestDatabase database = cluster.createDatabase();
                Connection pinned = DriverManager.getConnection(database.jdbcUrl());
                Connection looking = DriverManager.getConnection(database.jdbcUrl())) {
            try (HikariDataSource pool = Backend.pool(database.jdbcUrl())) {
                SchemaInstaller.install(pool);
                pinned.setAutoCommit(false);
                pinned.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                number(pinned, "select count(*) from headroom_job");
                work(pool);
            }
            // What a session has read is known when it has ended.
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> number(
                                    looking,
                                    "select count(*) from pg_stat_activity where datname = current_database()"
                                            + " and backend_type = 'client backend'")
                            == 2);
            long read = number(looking, READ);
            long claims = Math.max(1, number(looking, SCANNED) / SCANS);
            long fromTheFront = readByOneFromTheFront(database, looking, read);
            System.out.printf(
                    Locale.ROOT,
                    "%d jobs by %d claims or more read %d entries of the index, %d each; from the front one reads %d%n",
                    JOBS,
                    claims,
                    read,
                    read / claims,
                    fromTheFront);
            assertThat(fromTheFront).as("the snapshot has kept them").isGreaterThanOrEqualTo(JOBS);
            assertThat(claims).isGreaterThan(JOBS / AT_ONCE / 2);
            assertThat(read / claims)
                    .as("entries that a claim reads; without floors half of all")
                    .isLessThan(fromTheFront / 5);
            pinned.rollback();
        }
    }

    private void work(HikariDataSource pool) {
        try (JobQueue queue = JobQueue.builder(pool)
                .handlers(new Counted())
                .workers(2)
                .pollInterval(Duration.ofMillis(100))
                .build()) {
            queue.start();
            for (int enqueued = AT_ONCE; enqueued <= JOBS; enqueued += AT_ONCE) {
                queue.enqueueAll(
                        Counted::counted,
                        IntStream.range(0, AT_ONCE)
                                .mapToObj(i -> new Note(i, ""))
                                .toList());
                int expected = enqueued;
                // By rounds, so that there are at least as many claims.
                await().pollInterval(Duration.ofMillis(20))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> ran.get() >= expected);
            }
        }
    }

    /** The entries that one look for a ready job reads which begins where the first was. */
    private static long readByOneFromTheFront(TestDatabase database, Connection looking, long before)
            throws SQLException {
        try (Connection front = DriverManager.getConnection(database.jdbcUrl())) {
            try (Statement statement = front.createStatement()) {
                statement.execute("set enable_seqscan = off; set enable_bitmapscan = off");
            }
            number(
                    front,
                    "select count(*) from (select id from headroom_job where queue ="
                            + " (select id from headroom_job_queue where name = 'default') and state = 0"
                            + " and priority = 4 and criticality = 2 order by lane, pos limit 1) as first");
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> number(looking, READ) > before);
        return number(looking, READ) - before;
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
