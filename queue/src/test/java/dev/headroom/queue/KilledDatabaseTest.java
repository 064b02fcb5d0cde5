package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.DatabaseCluster;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The database is killed in the middle of the work and comes back: nothing that committed is lost, no effect is doubled. */
@Tag("one-jdk")
class KilledDatabaseTest {
    private static final int JOBS = 800;

    @TempDir
    Path data;

    @ParameterizedTest
    @EnumSource(Server.class)
    void workGoesOnWhereItStoppedWhenTheDatabaseIsBack(Server server) throws SQLException {
        Recorder recorder = new Recorder();
        try (DatabaseCluster cluster = server.alone(data);
                HikariDataSource pool = Backend.pool(cluster.primary().jdbcUrl())) {
            SchemaInstaller.install(pool);
            execute(pool, "create table effect (id bigint, note varchar(100))");
            try (JobQueue queue =
                    JobQueue.builder(pool).handlers(recorder).workers(4).build()) {
                List<Note> notes =
                        IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList();
                queue.enqueueAll(Recorder::effect, notes);
                queue.enqueueAll(Recorder::note, notes);
                queue.start();
                await().until(() -> recorder.runs.size() > JOBS / 10);
                cluster.primary().kill();
                assertThat(cluster.primary().running()).isFalse();
                cluster.primary().restart();
                await().atMost(Duration.ofSeconds(40)).ignoreExceptions().until(() -> count(pool, "headroom_job") == 0);
                assertThat(count(pool, "effect")).isEqualTo(JOBS);
                assertThat(count(pool, "(select distinct id from effect) as d")).isEqualTo(JOBS);
                assertThat(recorder.seen.stream().map(Recorder.Seen::id).distinct())
                        .hasSize(JOBS);
                assertThat(count(pool, "headroom_job_dead")).isZero();
            }
        }
    }

    private static void execute(HikariDataSource pool, String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long count(HikariDataSource pool, String from) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
