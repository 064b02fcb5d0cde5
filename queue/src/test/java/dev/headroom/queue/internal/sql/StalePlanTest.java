package dev.headroom.queue.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.queue.SchemaInstaller;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What was planned for a queue that was empty, and is kept by a prepared statement, must do for one that has filled. */
class StalePlanTest {
    @Test
    void aClaimThatWasPlannedWhileTheQueueWasEmptyReadsNoMoreThanItTakes() throws Exception {
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
                assertThat(claim(connection)).isEmpty();
                assertThat(claim(connection)).isEmpty();
                insert(statement, 20_000);
                long before = read(statement);
                assertThat(claim(connection)).hasSize(1_000);
                assertThat(read(statement) - before).isEqualTo(0);
            }
        }
    }

    private static void insert(Statement statement, int jobs) throws SQLException {
        statement.execute("insert into headroom_job (queue, kind, payload) select 1, 'work', '{}'"
                + " from generate_series(1, " + jobs + ")");
    }

    private static List<ClaimedJob> claim(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        Floors.Pass pass = new Floors().pass(1);
        List<ClaimedJob> claimed =
                Schema.dialect(connection).claim(connection, new Claim(1, 1, 15, 1_000, Claim.NO_TURNS, pass));
        connection.commit();
        connection.setAutoCommit(true);
        return claimed;
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
