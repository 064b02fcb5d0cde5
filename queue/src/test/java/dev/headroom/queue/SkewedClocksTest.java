package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.SkewedMain.Effects;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.ChildJvmBuilder;
import dev.headroom.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Processes whose clocks are three hours fast, three hours slow, and right work on one queue, and two of them are killed: everything goes by
 * the database's clock. Their monotonic clocks, by which each measures how long something takes, are left alone.
 */
@Tag("one-jdk")
@ParameterizedClass
@EnumSource(Server.class)
class SkewedClocksTest {
    private static final String MODES = "('complete', 'follow', 'delayed', 'lock')";
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final Duration DELAY = Duration.ofSeconds(2);
    private static final Duration BUSY_MACHINE = Duration.ofSeconds(3);
    private static final Path LIBRARIES = Path.of("/usr/lib");
    private static final int EACH = 500;

    @Parameter
    Server server;

    private TestDatabase database;
    private HikariDataSource pool;
    private Path library;
    private final List<ChildJvm> children = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        Optional<Path> found = library();
        assumeThat(found)
                .as("libfaketime is not installed; on Debian: apt-get install faketime")
                .isPresent();
        library = found.orElseThrow();
        database = server.createDatabase();
        pool = Backend.pool(database.jdbcUrl());
        SchemaInstaller.install(pool);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "create table seen (job bigint, id bigint, mode varchar(20), process bigint, at_micros bigint)");
            statement.execute("create table due (job bigint, at_micros bigint)");
        }
    }

    @AfterEach
    void close() throws IOException {
        for (ChildJvm child : children) {
            child.close();
            // What the library of a killed process leaves.
            Files.deleteIfExists(Path.of("/dev/shm/faketime_shm_" + child.pid()));
            Files.deleteIfExists(Path.of("/dev/shm/sem.faketime_sem_" + child.pid()));
        }
        if (pool != null) {
            pool.close();
            database.close();
        }
    }

    @Test
    void everythingGoesByTheDatabasesClock() throws SQLException {
        long begun = System.nanoTime();
        ChildJvm fast = child("+3h");
        ChildJvm slow = child("-3h");
        ChildJvm right = child("+0");
        assertThat(clock(fast)).isCloseTo(Instant.now().plus(3, ChronoUnit.HOURS), within(2, ChronoUnit.MINUTES));
        assertThat(clock(slow)).isCloseTo(Instant.now().minus(3, ChronoUnit.HOURS), within(2, ChronoUnit.MINUTES));
        assertThat(clock(right)).isCloseTo(Instant.now(), within(2, ChronoUnit.MINUTES));
        await().atMost(Duration.ofSeconds(30)).until(() -> number("select count(*) from headroom_job_node") == 3);
        long registered = System.nanoTime();
        long nodes = number("select sum(id) from headroom_job_node");

        try (JobQueue queue = JobQueue.builder(pool)
                .handlers(new Effects(pool, database.jdbcUrl()))
                .build()) {
            hold(queue, fast, 0);
            hold(queue, right, 1);
            enqueue(queue, 0);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> done() == done(1)
                            && Duration.ofNanos(System.nanoTime() - registered).compareTo(LEASE.plusSeconds(1)) > 0);
            assertThat(number("select sum(id) from headroom_job_node"))
                    .as("nodes, none of which was declared dead")
                    .isEqualTo(nodes);
            assertThat(number("select count(*) from headroom_job_node where abs(" + micros("started_at") + " - " + now()
                            + ") < " + micros(Duration.ofMinutes(5))))
                    .as("nodes that were started when they were")
                    .isEqualTo(3);
            String next = micros("next_at") + " - " + now();
            await().untilAsserted(() -> assertThat(
                            number("select " + next + " from headroom_job_schedule where kind = 'skewed.hourly'"))
                    .as("microseconds until the next full hour")
                    .isBetween(0L, micros(Duration.ofHours(1))));

            open(slow, right);
            enqueue(queue, EACH);
            assertRunsAgainAfterTheLease(fast, 0);
            assertRunsAgainAfterTheLease(right, 1);
            await().atMost(Duration.ofSeconds(60)).until(() -> done() == done(2));
        }
        assertThat(number("select count(*) from (select distinct id, mode from seen where mode in " + MODES + ") d"))
                .as("jobs that were not lost, of those with one effect each")
                .isEqualTo(done(2));
        assertThat(number("select count(*) from headroom_job_dead")).isZero();
        assertNothingWasEarly();
        assertTickedOnceASecond(Duration.ofNanos(System.nanoTime() - begun).toSeconds());
    }

    /** The only process that takes up such a job now has one that never ends. */
    private void hold(JobQueue queue, ChildJvm child, int id) {
        open(child);
        queue.enqueue(Effects::held, new Note(id, ""));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> number("select count(*) from seen where mode = 'held' and id = " + id + " and process = "
                                + child.pid())
                        == 1);
        child.sendLine("close");
        child.waitForLine(Pattern.compile("closed"));
    }

    private static void open(ChildJvm... some) {
        for (ChildJvm child : some) {
            child.sendLine("open");
        }
    }

    private void enqueue(JobQueue queue, int from) throws SQLException {
        List<Note> notes = IntStream.range(from, from + EACH)
                .mapToObj(i -> new Note(i, ""))
                .toList();
        queue.delay(DELAY).enqueueAll(Effects::delayed, notes);
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("insert into due (job, at_micros) select id, " + micros("run_at")
                    + " from headroom_job where kind = 'skewed.delayed'");
        }
        queue.enqueueAll(Effects::complete, notes);
        queue.enqueueAll(Effects::lock, notes);
    }

    /** Of so many times that jobs were enqueued: three sorts, and what some of the first enqueue. */
    private static long done(int times) {
        return times * (3L * EACH + EACH / SkewedMain.FOLLOWED);
    }

    private long done() {
        return number("select count(*) from seen where mode in " + MODES);
    }

    private void assertRunsAgainAfterTheLease(ChildJvm child, int held) {
        child.kill();
        long lastSeen = number(
                "select " + micros("last_seen") + " from headroom_job_node where name like '" + child.pid() + "@%'");
        String runs = " from seen where mode = 'held' and id = " + held;
        await().atMost(Duration.ofSeconds(30)).until(() -> number("select count(*)" + runs) == 2);
        Duration after = Duration.of(number("select max(at_micros)" + runs) - lastSeen, ChronoUnit.MICROS);
        assertThat(after)
                .as("from the last beat to the second run")
                .isBetween(LEASE, LEASE.plusSeconds(1).plus(BUSY_MACHINE));
    }

    private void assertNothingWasEarly() {
        assertThat(number("select count(*) from seen join due on due.job = seen.job"))
                .isEqualTo(2 * EACH);
        assertThat(number("select min(seen.at_micros - due.at_micros) from seen join due on due.job = seen.job"))
                .as("from when the first was due to its run, in microseconds")
                .isNotNegative();
        assertThat(number("select min(later.at_micros - first.at_micros) from seen later join seen first"
                        + " on first.id = later.id where first.mode = 'complete' and later.mode = 'follow'"))
                .as("from a job's enqueuing another one with a delay to the run of that")
                .isGreaterThanOrEqualTo(micros(SkewedMain.FOLLOWS_AFTER));
    }

    private void assertTickedOnceASecond(long seconds) {
        long ticks = number("select count(*) from seen where mode = 'tick'");
        // Those that the killed processes had begun ran again; by two schedules it would be twice as many.
        assertThat(ticks).as("ticks in %d s", seconds).isBetween(seconds / 3, seconds + 2);
    }

    private ChildJvm child(String skew) {
        ChildJvmBuilder builder = ChildJvm.builder(SkewedMain.class)
                .arguments(database.jdbcUrl(), Long.toString(LEASE.toMillis()))
                .jvmOptions("-Xmx256m")
                .environment("LD_PRELOAD", library.toString())
                .environment("FAKETIME", skew)
                .environment("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                // Else it turns timed waits of the JVM, which are by the monotonic clock, into none.
                .environment("FAKETIME_FORCE_MONOTONIC_FIX", "0")
                .environment("NO_FAKE_STAT", "1");
        ChildJvm child = builder.start();
        children.add(child);
        return child;
    }

    private static Instant clock(ChildJvm child) {
        String line = child.waitForLine(Pattern.compile("started at"));
        return Instant.parse(line.substring(line.lastIndexOf(' ') + 1));
    }

    private static Optional<Path> library() throws IOException {
        try (Stream<Path> platforms = Files.list(LIBRARIES)) {
            return platforms
                    .map(platform -> platform.resolve("faketime").resolve("libfaketimeMT.so.1"))
                    .filter(Files::exists)
                    .findFirst();
        }
    }

    private String now() {
        return SkewedMain.now(database.jdbcUrl());
    }

    private String micros(String expression) {
        return SkewedMain.micros(database.jdbcUrl(), expression);
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    private long number(String sql) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
