package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;

/**
 * What the parts of the contract share: an empty database for each test, and queues that are closed after it. After every test what was
 * enqueued is accounted for: no job is held by a node that is gone.
 */
abstract class JobQueueContract {
    @Parameter
    Backend backend;

    Backend.Database database;
    private final List<JobQueue> queues = new ArrayList<>();

    @BeforeEach
    void createDatabase() throws SQLException {
        database = backend.shared();
        execute("create table effect (id bigint, note varchar(100))");
    }

    @AfterEach
    void closeDatabase() throws Exception {
        boolean clean = false;
        try {
            queues.forEach(JobQueue::close);
            assertThat(count("headroom_job where state = 1"))
                    .as("jobs held by nobody")
                    .isZero();
            assertThat(count("headroom_job_node"))
                    .as("nodes that did not sign off")
                    .isZero();
            database.empty();
            clean = true;
        } finally {
            if (!clean) {
                backend.discard();
            }
        }
    }

    DataSource dataSource() {
        return database.dataSource();
    }

    /** A builder with what makes tests quick. */
    JobQueueBuilder builder() {
        return JobQueue.builder(dataSource())
                .pollInterval(Duration.ofMillis(100))
                .shutdownGrace(Duration.ofSeconds(2));
    }

    JobQueue built(JobQueueBuilder builder) {
        JobQueue queue = builder.build();
        queues.add(queue);
        return queue;
    }

    JobQueue started(JobQueueBuilder builder) {
        JobQueue queue = built(builder);
        queue.start();
        return queue;
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long count(String from) {
        return number("select count(*) from " + from);
    }

    long number(String sql) {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether somebody waits for a lock in this database of PostgreSQL's. */
    boolean someWaitForALock() {
        return number("select count(*) from pg_stat_activity"
                        + " where datname = current_database() and wait_event_type = 'Lock'")
                >= 1;
    }

    void awaitNoJobs() {
        await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job") == 0);
    }
}
