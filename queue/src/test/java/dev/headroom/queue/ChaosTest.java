package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.ChaosMain.Effects;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.ChildJvmBuilder;
import dev.headroom.testkit.DatabaseCluster;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Processes compete whose wall clocks are in different time zones (they agree: {@link SkewedClocksTest} has wrong ones), while some are killed, some paused beyond their lease, and the database is killed: nothing is
 * lost, and in the transactional modes no effect is doubled.
 */
@Tag("one-jdk")
class ChaosTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Pattern STARTED = Pattern.compile("started at");
    private static final List<String> ZONES = List.of("UTC", "Pacific/Kiritimati", "America/New_York", "Asia/Kolkata");

    private final List<ChildJvm> nodes = new ArrayList<>();
    private DatabaseCluster cluster;
    private HikariDataSource pool;
    private long millis;
    private int started;
    private int kills;
    private int pauses;
    private int restarts;

    @TempDir
    Path data;

    @ParameterizedTest
    @EnumSource(Server.class)
    void nothingIsLostAndNoEffectDoubled(Server server) throws Exception {
        millis = 100;
        run(server, 2_400, 4, 3);
    }

    @ParameterizedTest
    @EnumSource(Server.class)
    @Tag("soak")
    void nothingOfAHundredThousandIsLostAndNoEffectDoubled(Server server) throws Exception {
        run(server, 100_000, 4, 24);
    }

    private void run(Server server, int jobs, int processes, int faults) throws Exception {
        try (DatabaseCluster own = server.alone(data);
                HikariDataSource opened = Backend.pool(own.primary().jdbcUrl())) {
            cluster = own;
            pool = opened;
            SchemaInstaller.install(pool);
            execute("create table effect (id bigint, mode varchar(20))");
            try (JobQueue queue =
                    JobQueue.builder(pool).handlers(new Effects(pool)).build()) {
                long begun = System.nanoTime();
                for (int i = 0; i < processes; i++) {
                    nodes.add(node());
                }
                nodes.forEach(node -> node.waitForLine(STARTED));
                int each = jobs / 3 / (faults + 1);
                for (int fault = 0; fault <= faults; fault++) {
                    List<Note> notes = IntStream.range(fault * each, (fault + 1) * each)
                            .mapToObj(i -> new Note(i, ""))
                            .toList();
                    queue.enqueueAll(Effects::plain, notes);
                    queue.enqueueAll(Effects::complete, notes);
                    queue.enqueueAll(Effects::lock, notes);
                    if (fault > 0) {
                        await().pollInterval(Duration.ofMillis(10))
                                .atMost(Duration.ofMinutes(8))
                                .ignoreExceptions()
                                .until(() -> count("headroom_job") <= 2L * each);
                        fault(fault);
                    }
                }
                await().atMost(Duration.ofMinutes(8)).ignoreExceptions().until(() -> count("headroom_job") == 0);
                report(server, each * (faults + 1), processes, Duration.ofNanos(System.nanoTime() - begun));
            } finally {
                nodes.forEach(ChildJvm::close);
            }
        }
    }

    private void fault(int number) throws Exception {
        int at = number % nodes.size();
        nodes.get(at).waitForLine(STARTED);
        switch (number % 3) {
            case 1 -> {
                nodes.get(at).kill();
                nodes.set(at, node());
                kills++;
            }
            case 2 -> {
                ChildJvm paused = nodes.get(at);
                paused.suspend();
                // Declared dead by another, whose jobs they are then.
                await().atMost(Duration.ofMinutes(2))
                        .ignoreExceptions()
                        .until(() -> count("headroom_job_node where name like '" + paused.pid() + "@%'") == 0);
                paused.resume();
                pauses++;
            }
            default -> {
                // Without a database no queue is built.
                nodes.forEach(node -> node.waitForLine(STARTED));
                cluster.primary().kill();
                cluster.primary().restart();
                pool.getHikariPoolMXBean().softEvictConnections();
                restarts++;
            }
        }
    }

    private ChildJvm node() {
        ChildJvmBuilder builder = ChildJvm.builder(ChaosMain.class)
                .arguments(cluster.primary().jdbcUrl(), Long.toString(LEASE.toMillis()), Long.toString(millis))
                .jvmOptions("-Xmx256m", "-Duser.timezone=" + ZONES.get(started++ % ZONES.size()))
                .timeout(Duration.ofMinutes(2));
        return builder.start();
    }

    private void report(Server server, int each, int processes, Duration took) throws SQLException {
        System.out.printf(
                Locale.ROOT,
                "soak: chaos on %s: %d jobs, %d processes in the zones %s, %d killed, %d paused beyond the lease, %d kills of the"
                        + " database, %d s%n",
                server,
                3 * each,
                processes,
                ZONES,
                kills,
                pauses,
                restarts,
                took.toSeconds());
        for (String mode : List.of("plain", "complete", "lock")) {
            long rows = count("effect where mode = '" + mode + "'");
            long distinct = count("(select distinct id from effect where mode = '" + mode + "') as d");
            System.out.printf(
                    Locale.ROOT, "soak: chaos: %s: %d lost, %d doubled%n", mode, each - distinct, rows - distinct);
            assertThat(distinct).as("jobs of " + mode + " with an effect").isEqualTo(each);
            if (!mode.equals("plain")) {
                assertThat(rows).as("effects of " + mode).isEqualTo(each);
            }
        }
        assertThat(count("headroom_job_dead")).isZero();
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String from) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
