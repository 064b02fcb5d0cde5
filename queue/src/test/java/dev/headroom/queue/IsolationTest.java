package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever isolation level the pool has, the queue's own transactions are READ COMMITTED: what others have committed counts for them. */
@Tag("one-jdk")
class IsolationTest {
    private final Entries entries = new Entries();

    /** Say in what isolation level they run. */
    public static final class Entries {
        final List<String> levels = new CopyOnWriteArrayList<>();

        @Job(name = "isolation.locked", queue = "locked", tx = Tx.LOCK_IN_TX)
        public void locked(JobContext job) throws SQLException {
            levels.add("locked in " + level(job.connection()));
        }

        @Job(name = "isolation.completed", tx = Tx.COMPLETE_IN_TX)
        public void completed(JobContext job) throws SQLException {
            levels.add("completed in " + level(job.connection()));
        }

        @Job(name = "isolation.apart")
        public void apart() {
            levels.add("apart");
        }

        @Job(name = "isolation.progress", tx = Tx.COMPLETE_IN_TX, track = true, attempts = 1)
        public void progress(JobContext job) throws SQLException {
            levels.add(level(job.connection()));
            job.progress(0.5, "half of it");
        }

        private static String level(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select current_setting('transaction_isolation')")) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    @Test
    void theQueuesOwnTransactionsAreReadCommittedAndHandlersAreWhatThePoolSays() throws SQLException {
        try (TestDatabase database = SharedPostgres.createDatabase();
                HikariDataSource pool = pool(database)) {
            SchemaInstaller.install(pool);
            execute(
                    pool,
                    "create table seen (level text)",
                    "create function note_level() returns trigger language plpgsql as $$ begin"
                            + " insert into seen values (tg_op || ' in ' || current_setting('transaction_isolation'));"
                            + " return null; end $$",
                    "create trigger note_level after update or delete on headroom_job for each row"
                            + " execute function note_level()");
            try (JobQueue queue = JobQueue.builder(pool)
                    .handlers(entries)
                    .pollInterval(Duration.ofMillis(100))
                    .build()) {
                queue.start();
                queue.enqueue(Entries::apart);
                queue.enqueue(Entries::locked);
                await().atMost(Duration.ofSeconds(20)).until(() -> entries.levels.size() == 2);
                await().atMost(Duration.ofSeconds(20)).until(() -> levels(pool).size() == 2);
            }
            assertThat(entries.levels).containsExactlyInAnyOrder("apart", "locked in read committed");
            assertThat(levels(pool)).containsExactly("DELETE in read committed", "UPDATE in read committed");
            try (JobQueue queue = JobQueue.builder(pool).handlers(entries).build()) {
                queue.start();
                queue.enqueue(Entries::completed);
                await().atMost(Duration.ofSeconds(20)).until(() -> levels(pool).size() == 3);
            }
            assertThat(entries.levels).endsWith("completed in repeatable read");
            assertThat(levels(pool)).contains("DELETE in repeatable read");
        }
    }

    @Test
    void transactionsThatLockJobsAreReadCommittedWhateverPoolTheBooksAreKeptWith() throws SQLException {
        try (TestDatabase database = SharedPostgres.createDatabase();
                HikariDataSource pool = pool(database);
                HikariDataSource bookkeeping = Backend.pool(database.jdbcUrl())) {
            SchemaInstaller.install(pool);
            try (JobQueue queue = JobQueue.builder(pool)
                    .bookkeeping(bookkeeping)
                    .handlers(entries)
                    .build()) {
                queue.start();
                queue.enqueue(Entries::locked);
                await().atMost(Duration.ofSeconds(20)).until(() -> entries.levels.size() == 1);
            }
            assertThat(entries.levels).containsExactly("locked in read committed");
        }
    }

    @Test
    void aJobThatKeepsItselfFromCompletingIsADeadLetterInTheEnd() throws SQLException {
        try (TestDatabase database = SharedPostgres.createDatabase();
                HikariDataSource pool = pool(database)) {
            SchemaInstaller.install(pool);
            try (JobQueue queue = JobQueue.builder(pool)
                    .handlers(entries)
                    .random(() -> 0)
                    .pollInterval(Duration.ofMillis(20))
                    .build()) {
                queue.start();
                queue.enqueue(Entries::progress);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> !queue.dead().newest(1).isEmpty());
                assertThat(queue.dead().newest(1).get(0).error()).contains("serialize");
            }
            assertThat(entries.levels).hasSizeGreaterThan(20);
        }
    }

    private static HikariDataSource pool(TestDatabase database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setMaximumPoolSize(12);
        config.setMinimumIdle(1);
        config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
        return new HikariDataSource(config);
    }

    private static void execute(HikariDataSource pool, String... statements) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private static Set<String> levels(HikariDataSource pool) throws SQLException {
        Set<String> levels = new TreeSet<>();
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select level from seen")) {
            while (rows.next()) {
                levels.add(rows.getString(1));
            }
        }
        return levels;
    }
}
