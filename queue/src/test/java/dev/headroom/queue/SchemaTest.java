package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headroom.queue.internal.sql.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** A queue does not open on tables that are not its own version's. */
@OnEveryBackend
class SchemaTest {
    @Parameter
    Backend backend;

    private Backend.Database database;

    @BeforeEach
    void open() {
        database = backend.open();
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Test
    void saysWhatToRunWhenThereAreNoTables() {
        assertThatThrownBy(() -> JobQueue.builder(database.dataSource()).build())
                .isInstanceOf(SchemaException.class)
                .hasMessageStartingWith("headroom_job_schema.version: no such table (expected: " + Schema.VERSION
                        + "; run META-INF/headroom/queue/")
                .hasMessageContaining("SchemaInstaller.install(dataSource)");
    }

    private void migrated(int version, int reader) throws SQLException {
        SchemaInstaller.install(database.dataSource());
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "insert into headroom_job_schema (version, reader) values (" + version + ", " + reader + ")");
        }
    }

    @Test
    void refusesNewerTablesThatAreNotForIt() throws SQLException {
        int newer = Schema.VERSION + 1;
        migrated(newer, newer);
        assertThatThrownBy(() -> JobQueue.builder(database.dataSource()).build())
                .isInstanceOf(SchemaException.class)
                .hasMessage("headroom_job_schema.reader: " + newer + " (expected: at most " + Schema.VERSION
                        + "; a newer Headroom has migrated this database to version " + newer + ")");
    }

    @Test
    void opensOnNewerTablesThatOlderServersMayGoOnWith() throws SQLException {
        migrated(Schema.VERSION + 1, Schema.VERSION);
        SchemaInstaller.install(database.dataSource());
        try (JobQueue queue = JobQueue.builder(database.dataSource()).build()) {
            assertThat(queue.length()).isEqualTo(QueueLength.EMPTY);
        }
    }

    @Test
    void isInstalledOnceHoweverManyInstallAtOnce() throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> installs = IntStream.range(0, 4)
                    .<Future<?>>mapToObj(i -> executor.submit(() -> SchemaInstaller.install(database.dataSource())))
                    .toList();
            for (Future<?> install : installs) {
                install.get();
            }
        } finally {
            executor.shutdownNow();
        }
        try (JobQueue queue = JobQueue.builder(database.dataSource()).build()) {
            assertThat(queue.length()).isEqualTo(QueueLength.EMPTY);
        }
    }
}
