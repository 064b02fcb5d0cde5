package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Flyway makes the queue's tables by the scripts in the jar, beside an application's own, and a queue works on them. */
@OnEveryBackend
class FlywayTest {
    @Parameter
    Backend backend;

    @Test
    void runsTheScriptsAndAQueueWorksOnWhatTheyMake() throws Exception {
        try (Backend.Database database = backend.open()) {
            try (Connection connection = database.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create table flyway_schema_history (application varchar(10))");
            }
            Flyway flyway = Flyway.configure()
                    .dataSource(database.dataSource())
                    .locations("classpath:META-INF/headroom/queue/"
                            + backend.name().toLowerCase(Locale.ROOT))
                    .table("headroom_queue_history")
                    .baselineOnMigrate(true)
                    .baselineVersion("0")
                    .load();
            assertThat(flyway.migrate().migrationsExecuted).isPositive();
            assertThat(flyway.migrate().migrationsExecuted).as("once").isZero();
            MigrationInfo newest = flyway.info().current();
            assertThat(newest.getDescription()).isEqualTo("create job queue");
            works(database);
        }
    }

    private static void works(Backend.Database database) throws SQLException {
        Recorder recorder = new Recorder();
        SchemaInstaller.install(database.dataSource()); // finds nothing to do
        try (JobQueue queue =
                JobQueue.builder(database.dataSource()).handlers(recorder).build()) {
            queue.start();
            JobHandle job = queue.enqueue(Recorder::note, new Note(1, "ran"));
            await().atMost(Duration.ofSeconds(20)).until(() -> job.state().isEmpty());
        }
        assertThat(recorder.order).containsExactly("ran");
    }
}
