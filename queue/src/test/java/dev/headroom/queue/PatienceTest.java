package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.internal.sql.Delegated;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A server that lets the queue wait for a lock has not vanished: what is kept waiting is known not to have happened, and costs nothing. */
@OnEveryBackend
class PatienceTest extends JobQueueContract {
    private static final Duration LEASE = Duration.ofMillis(600);

    /** As long as the queue waits for the answer of a server, and longer. */
    private static final Duration LONG = LEASE.multipliedBy(6);

    private final Waiting waiting = new Waiting();

    @Test
    void aJobWhoseCompletionWaitsForALockForLongRunsAgainAndHasLostNoAttempt() throws Exception {
        // There nobody waits for an answer.
        assumeThat(backend).isNotEqualTo(Backend.H2);
        JobQueue queue = started(builder().lease(LEASE).handlers(waiting));
        JobHandle job = queue.enqueue(Waiting::complete, new Note(1, "once"));
        keptLocked(queue, "headroom_job where id = " + job.id());
    }

    @Test
    void whatTheBookkeepingsPoolWaitsForALockIsNotTakenForTheLimitOfTheJobs() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        try (HikariDataSource bookkeeping = pool(config -> config.setConnectionInitSql("set lock_timeout = '1s'"))) {
            JobQueue queue =
                    started(builder().bookkeeping(bookkeeping).lease(LEASE).handlers(waiting));
            JobHandle job = queue.enqueue(Waiting::complete, new Note(1, "once"));
            keptLocked(queue, "headroom_job where id = " + job.id());
            queue.close();
        }
    }

    @Test
    void aShorterLimitOfTheJobsPoolHoldsWhateverTheBookkeepingsHas() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        try (HikariDataSource hasty = pool(config -> config.setConnectionInitSql("set lock_timeout = '300ms'"))) {
            JobQueue queue = started(JobQueue.builder(hasty)
                    .bookkeeping(dataSource())
                    .lease(Duration.ofSeconds(30))
                    .handlers(waiting));
            JobHandle job = queue.enqueue(Waiting::lock, new Note(1, "once"));
            keptLockedUntilItRunsAgain(job);
            assertThat(job.result().orElseThrow().value(String.class)).contains("once");
            queue.close();
        }
    }

    private HikariDataSource pool(Consumer<HikariConfig> settings) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.dataSource().getJdbcUrl());
        config.setMaximumPoolSize(12);
        config.setMinimumIdle(1);
        settings.accept(config);
        return new HikariDataSource(config);
    }

    @Test
    void aTransactionThatLockedItsJobsAndWaitsForALockForLongHasLostNoneEither() throws Exception {
        // There nobody waits for an answer.
        assumeThat(backend).isNotEqualTo(Backend.H2);
        JobQueue queue = started(builder().lease(LEASE).handlers(waiting));
        JobHandle job = queue.enqueue(Waiting::lock, new Note(1, "once"));
        keptLocked(queue, "headroom_job_result where job_id = " + job.id());
        assertThat(job.result().orElseThrow().value(String.class)).contains("once");
    }

    /** Its result is locked until the job has begun anew: by the limits of the lease alone that would take a minute. */
    private void keptLockedUntilItRunsAgain(JobHandle job) throws Exception {
        assertThat(waiting.began.await(30, TimeUnit.SECONDS)).isTrue();
        try (Connection other = dataSource().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement()
                    .execute("select * from headroom_job_result where job_id = " + job.id() + " for update");
            waiting.end.countDown();
            await().atMost(Duration.ofSeconds(30)).until(() -> waiting.attempts.size() > 1);
            other.rollback();
            other.setAutoCommit(true);
        }
        awaitNoJobs();
    }

    private void keptLocked(JobQueue queue, String row) throws Exception {
        assertThat(waiting.began.await(30, TimeUnit.SECONDS)).isTrue();
        try (Connection other = dataSource().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("select * from " + row + " for update");
            waiting.end.countDown();
            await().pollDelay(LONG).atMost(LONG.multipliedBy(2)).until(() -> true);
            other.rollback();
            other.setAutoCommit(true);
        }
        awaitNoJobs();
        assertThat(queue.dead().newest(1)).isEmpty();
        assertThat(waiting.attempts).hasSizeGreaterThan(1).containsOnly(1);
        assertThat(count("effect")).isOne();
    }

    @Test
    void endsThatWaitForLocksForLongHoldNoOtherUp() throws Exception {
        // It has limits of its own.
        assumeThat(backend).isNotEqualTo(Backend.H2);
        // They would wait for a minute, each of them.
        JobQueue queue =
                started(builder().lease(Duration.ofSeconds(30)).workers(5).handlers(waiting));
        List<JobHandle> locked = Stream.of(1, 2, 3)
                .map(id -> queue.enqueue(Waiting::ended, new Note(id, "")))
                .toList();
        await().until(() -> waiting.attempts.size() == 3);
        try (Connection other = dataSource().getConnection()) {
            other.setAutoCommit(false);
            for (JobHandle each : locked) {
                other.createStatement().execute("select * from headroom_job where id = " + each.id() + " for update");
            }
            JobHandle before = queue.enqueue(Waiting::ended, new Note(4, ""));
            await().until(() -> waiting.attempts.size() == 4);
            waiting.end.countDown();
            await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job where id = " + before.id()) == 0);
            JobHandle after = queue.enqueue(Waiting::ended, new Note(5, ""));
            await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job where id = " + after.id()) == 0);
            other.rollback();
            other.setAutoCommit(true);
        }
        awaitNoJobs();
        assertThat(waiting.attempts).containsExactly(1, 1, 1, 1, 1);
    }

    @Test
    void aShorterLimitOfTheHandlersTransactionHolds() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        JobQueue queue =
                started(builder().lease(Duration.ofSeconds(30)).workers(1).handlers(waiting));
        JobHandle job = queue.enqueue(Waiting::hurry, new Note(1, "soon"));
        keptLockedUntilItRunsAgain(job);
        assertThat(job.result().orElseThrow().value(String.class)).contains("soon");
    }

    @Test
    void whereThePoolWaitsShorterForAnAnswerTheServerWaitsShorterForALock() throws Exception {
        // There nobody waits for an answer.
        assumeThat(backend).isNotEqualTo(Backend.H2);
        JobQueue queue = started(JobQueue.builder(Proxied.giving(dataSource(), PatienceTest::waitingShorter))
                .bookkeeping(dataSource())
                .lease(Duration.ofSeconds(30))
                .handlers(waiting));
        JobHandle job = queue.enqueue(Waiting::complete, new Note(1, "once"));
        keptLockedUntilItRunsAgain(job);
        assertThat(waiting.attempts).as("no connection was given up").containsOnly(1);
        assertThat(count("effect")).isOne();
    }

    private static Connection waitingShorter(Connection connection) {
        try {
            connection.setNetworkTimeout(Runnable::run, 4_000);
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aShorterLimitOfThePoolHolds() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        try (TestDatabase hurried = SharedPostgres.createDatabase()) {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(hurried.jdbcUrl());
            source.setOptions("-c lock_timeout=300ms");
            SchemaInstaller.install(source);
            try (JobQueue queue = JobQueue.builder(source)
                            .lease(Duration.ofSeconds(30))
                            .workers(1)
                            .handlers(waiting)
                            .build();
                    Connection other = source.getConnection()) {
                other.createStatement().execute("create table effect (id bigint, note varchar(100))");
                JobHandle job = queue.enqueue(Waiting::lock, new Note(1, "soon"));
                other.setAutoCommit(false);
                other.createStatement()
                        .execute("select * from headroom_job_result where job_id = " + job.id() + " for update");
                waiting.end.countDown();
                queue.start();
                await().atMost(Duration.ofSeconds(20)).until(() -> waiting.attempts.size() > 1);
                other.rollback();
                assertThat(job.await(Duration.ofSeconds(20)).orElseThrow().value(String.class))
                        .contains("soon");
            }
        }
    }

    @Test
    void theEndOfOneThatFailedInItsTransactionIsHeldToALimitToo() {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        CountingDataSource counting = new CountingDataSource(dataSource());
        JobQueue queue = started(JobQueue.builder(counting)
                .bookkeeping(dataSource())
                .pollInterval(Duration.ofMillis(100))
                .handlers(waiting));
        queue.enqueue(Waiting::fail, new Note(1, "fails"));
        awaitNoJobs();
        assertThat(queue.dead().newest(2)).hasSize(1);
        assertThat(counting.texts).anyMatch(text -> text.startsWith("set local lock_timeout = "));
    }

    @Test
    void toldWithAStatementTheLimitCostsNone() throws Exception {
        assumeThat(backend).isEqualTo(Backend.POSTGRESQL);
        CountingDataSource counting = new CountingDataSource(dataSource());
        waiting.end.countDown();
        JobQueue queue = started(JobQueue.builder(dataSource())
                .bookkeeping(counting)
                .lease(LEASE)
                .pollInterval(Duration.ofMillis(20))
                .handlers(waiting));
        queue.enqueue(Waiting::ended, new Note(1, ""));
        awaitNoJobs();
        for (String words : List.of("with beat as", "with picked as", "delete from headroom_job where id = any(?)")) {
            await().until(() -> counting.texts.stream().anyMatch(text -> text.contains(words)));
            assertThat(counting.texts)
                    .filteredOn(text -> text.contains(words))
                    .allMatch(text -> text.startsWith("set local lock_timeout = ")
                            || text.startsWith("with beat as") && text.contains("set_config('lock_timeout'"));
        }
    }

    @Test
    void aPoolThatKnowsNoLimitsCostsTheOtherNone() {
        AtomicInteger limited = new AtomicInteger();
        waiting.end.countDown();
        JobQueue queue = started(JobQueue.builder(limiting(dataSource(), milliseconds -> {
                    if (milliseconds > 0) {
                        limited.incrementAndGet();
                    }
                }))
                .bookkeeping(limiting(dataSource(), milliseconds -> {
                    throw new SQLFeatureNotSupportedException("no limits");
                }))
                .pollInterval(Duration.ofMillis(100))
                .handlers(waiting));
        queue.enqueue(Waiting::complete, new Note(1, ""));
        awaitNoJobs();
        assertThat(waiting.attempts).containsExactly(1);
        assertThat(limited.get()).as("completions that wait only for so long").isPositive();
    }

    /** Gets a limit in milliseconds. */
    @FunctionalInterface
    private interface Limit {
        void set(int milliseconds) throws SQLException;
    }

    private static DataSource limiting(DataSource target, Limit limit) {
        return Proxied.connections(target, (connection, method, arguments) -> {
            if (method.getName().equals("setNetworkTimeout")) {
                limit.set((int) arguments[1]);
            }
            return Delegated.call(connection, method, arguments);
        });
    }
}
