package dev.headroom.queue.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.queue.SchemaInstaller;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What was planned for a queue that was empty, and is kept by a prepared statement, must do for one that has filled. */
class StalePlanTest {
    @Test
    void aClaimThatWasPlannedWhileTheQueueWasEmptyReadsNoMoreThanItTakes() throws Exception {
        planned(StalePlanTest::claim);
    }

    @Test
    void aLookForJobsToLockDoesNotEitherAndLeavesTheSettingsAsTheyWere() throws Exception {
        planned(connection -> lock(connection, Claim.NO_TURNS));
    }

    @Test
    void norDoesOneInTurns() throws Exception {
        planned(connection -> lock(connection, 0));
    }

    @Test
    void norDoesOneBelowTheFloors() throws Exception {
        planned(StalePlanTest::below);
    }

    /** Takes up to a thousand jobs; returns how many it took. */
    @FunctionalInterface
    private interface Taking {
        int from(Connection connection) throws SQLException;
    }

    private static void planned(Taking taking) throws Exception {
        try (TestDatabase database = SharedPostgres.createDatabase()) {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(database.jdbcUrl());
            source.setPrepareThreshold(1);
            source.setOptions("-c plan_cache_mode=force_generic_plan");
            SchemaInstaller.install(source);
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("insert into headroom_job_queue (name) values ('default')");
                statement.execute("insert into headroom_job_node (name) values ('node')");
                insert(statement, 1_000);
                statement.execute("delete from headroom_job");
                statement.execute("vacuum (analyze, truncate) headroom_job");
                assertThat(taking.from(connection)).isZero();
                assertThat(taking.from(connection)).isZero();
                insert(statement, 20_000);
                long before = read(statement);
                assertThat(taking.from(connection)).isEqualTo(1_000);
                assertThat(read(statement) - before).isEqualTo(0);
            }
        }
    }

    private static void insert(Statement statement, int jobs) throws SQLException {
        statement.execute("insert into headroom_job (queue, kind, payload) select 1, 'work', '{}'"
                + " from generate_series(1, " + jobs + ")");
    }

    private static int claim(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Floors.Pass pass = new Floors().pass(1);
        List<ClaimedJob> claimed =
                Schema.dialect(connection).claim(connection, new Claim(1, 1, 15, 1_000, Claim.NO_TURNS, pass));
        connection.commit();
        connection.setAutoCommit(true);
        return claimed.size();
    }

    private static int lock(Connection connection, int afterLane) throws SQLException {
        connection.setAutoCommit(false);
        Floors.Pass pass = afterLane == Claim.NO_TURNS ? new Floors().pass(1) : null;
        List<LockedJob> locked =
                Schema.dialect(connection).lock(connection, new Claim(1, 1, 15, 1_000, afterLane, pass));
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select current_setting('enable_seqscan'), current_setting('enable_bitmapscan')")) {
            rows.next();
            assertThat(List.of(rows.getString(1), rows.getString(2))).containsExactly("on", "on");
        }
        connection.rollback();
        connection.setAutoCommit(true);
        return locked.size();
    }

    /** Finds those that are there, and takes none. */
    private static int below(Connection connection) throws SQLException {
        AtomicLong clock = new AtomicLong();
        Floors floors = new Floors(clock::get);
        for (int claim = 1; claim <= 4; claim++) {
            clock.addAndGet(Duration.ofMillis(60).toNanos());
            Floors.Pass pass = floors.pass(1);
            pass.took(15, 100, null);
            pass.looked(1_000_000, claim, claim);
            floors.committed(pass);
        }
        assertThat(floors.queues()).containsExactly(1);
        connection.setAutoCommit(false);
        boolean found = Schema.dialect(connection).lookBelow(connection, floors, 1);
        connection.commit();
        connection.setAutoCommit(true);
        return found ? 1_000 : 0;
    }

    /** How many rows of jobs were read by walks through the whole table. */
    private static long read(Statement statement) throws SQLException {
        statement.execute("select pg_stat_force_next_flush()");
        try (ResultSet rows =
                statement.executeQuery("select seq_tup_read from pg_stat_user_tables where relname = 'headroom_job'")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
