package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.ChaosMain.Effects;
import dev.headroom.queue.LimitTest.Call;
import dev.headroom.queue.LimitTest.Calls;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.batch.BatchProgress;
import dev.headroom.queue.batch.BatchStep;
import dev.headroom.queue.batch.JobBatch;
import dev.headroom.queue.postgresql.PostgresNotifications;
import dev.headroom.testkit.DatabaseNode;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queue behind PgBouncer in transaction mode, where one transaction's session is another's in the next moment. */
@Tag("one-jdk")
class PoolerTest {
    private static final int JOBS = 200;

    @TempDir
    Path folder;

    private TestDatabase database;
    private HikariDataSource straight;
    private HikariDataSource pooled;
    private Process pooler;
    private int port;

    @BeforeEach
    void open() throws Exception {
        database = SharedPostgres.createDatabase();
        straight = Backend.pool(database.jdbcUrl());
        URI server = URI.create(database.jdbcUrl().substring("jdbc:".length()));
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        DatabaseNode node = database.cluster().primary();
        Path users = folder.resolve("users");
        Files.writeString(users, "\"" + node.username() + "\" \"" + node.password() + "\"\n");
        Files.writeString(
                folder.resolve("pgbouncer.ini"), """
                [databases]
                * = host=%s port=%d
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = trust
                auth_file = %s
                pool_mode = transaction
                default_pool_size = 4
                max_client_conn = 200
                ignore_startup_parameters = extra_float_digits
                """.formatted(server.getHost(), server.getPort(), port, users));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        startPooler();
        String url = database.jdbcUrl().replace(server.getHost() + ":" + server.getPort(), "127.0.0.1:" + port);
        pooled = Backend.pool(url + "&prepareThreshold=0");
        SchemaInstaller.install(pooled);
        execute("create table effect (id bigint, mode text)");
    }

    private void startPooler() throws IOException {
        List<String> command = new ArrayList<>();
        // Where Debian has it, which is not in everybody's path.
        command.add(Files.exists(Path.of("/usr/sbin/pgbouncer")) ? "/usr/sbin/pgbouncer" : "pgbouncer");
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(folder.resolve("pgbouncer.ini").toString());
        pooler = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        await().ignoreExceptions().until(() -> {
            assertThat(pooler.isAlive())
                    .as(Files.readString(folder.resolve("log")))
                    .isTrue();
            new Socket("127.0.0.1", port).close();
            return true;
        });
    }

    @AfterEach
    void close() throws InterruptedException {
        pooled.close();
        straight.close();
        pooler.destroyForcibly().waitFor();
        database.close();
    }

    @Test
    void worksInTransactionModeAndOutlivesThePooler() throws Exception {
        Calls calls = new Calls();
        calls.release.release(1_000);
        PostgresNotifications notifications = PostgresNotifications.of(pooled).listenOn(straight);
        JobQueueBuilder builder = JobQueue.builder(pooled)
                .handlers(new Effects(pooled), calls, new Recorder())
                .wakeOthers(notifications)
                .workers(3)
                .lease(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(200));
        try (JobQueue queue = builder.build();
                JobQueue other = builder.build()) {
            List<Note> notes =
                    IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList();
            queue.enqueueAll(Effects::plain, notes);
            queue.enqueueAll(Effects::complete, notes);
            queue.enqueueAll(Effects::lock, notes);
            queue.enqueueAll(
                    Calls::call,
                    IntStream.range(0, 20).mapToObj(i -> new Call("one", i)).toList());
            JobBatch batch = queue.batch(jobs -> {
                BatchStep first = jobs.add(Recorder::note, notes.get(0));
                jobs.add(Recorder::note, notes.get(1)).after(first);
            });
            long kept = queue.unique("key")
                    .delay(Duration.ofHours(1))
                    .enqueue(Recorder::note, notes.get(2))
                    .id();
            assertThat(queue.unique("key").enqueue(Recorder::note, notes.get(3)).id())
                    .isEqualTo(kept);
            queue.job(kept).orElseThrow().cancel();
            queue.start();
            other.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> count("effect") > JOBS);
            pooler.destroyForcibly().waitFor();
            startPooler();
            await().atMost(Duration.ofSeconds(90)).until(() -> count("headroom_job") == 0);
            assertThat(batch.progress()).contains(new BatchProgress(2, 2, 0, 0));
            assertThat(calls.most.get("one").get()).isLessThanOrEqualTo(2);
        }
        for (String mode : List.of("complete", "lock")) {
            assertThat(count("effect where mode = '" + mode + "'")).as(mode).isEqualTo(JOBS);
        }
        assertThat(count("(select distinct id from effect where mode = 'plain') as d"))
                .isEqualTo(JOBS);
        assertThat(count("headroom_job_dead")).isZero();
        assertThat(count("pg_locks where locktype = 'advisory'")).isZero();
    }

    @Test
    void listeningThroughItIsNoticedToBeInVain() {
        assertThatThrownBy(() -> PostgresNotifications.of(pooled).listen(() -> {}))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("no notification arrives (expected: a connection straight to PostgreSQL");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = straight.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String from) throws SQLException {
        try (Connection connection = straight.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
