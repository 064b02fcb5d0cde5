package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.ChildJvm;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Processes that are told to end by SIGTERM, as by each deployment: with the README's hook it is a stop, without it a crash. */
@Tag("one-jdk")
@ParameterizedClass
@EnumSource(Server.class)
class TerminatedProcessTest {
    private static final int SIGTERM = 128 + 15;
    private static final int WORKERS = 2;
    private static final Duration NEVER = Duration.ofHours(1);
    private static final Duration GRACE = Duration.ofMillis(500);

    /** What a busy machine takes for what happens at once. */
    private static final Duration AT_ONCE = Duration.ofSeconds(8);

    @Parameter
    Server server;

    private TestDatabase database;
    private HikariDataSource pool;
    private final List<Run> runs = new CopyOnWriteArrayList<>();

    /** A run here, and how many crashes its job had counted by then. */
    private record Run(long id, int attempt, int crashes) {}

    /** Its effect comes last; in the child it takes a second before that, or never comes. */
    public static final class Child {
        private static final String SHORT = "short";
        private static final String ENDLESS = "endless";

        private Child() {}

        /** @param args the database's URL, the lease and the grace in milliseconds, and whether it has the hook */
        public static void main(String[] args) throws Exception {
            JobQueue queue = JobQueue.builder(Backend.pool(args[0]))
                    .handlers(new Child())
                    .lease(Duration.ofMillis(Long.parseLong(args[1])))
                    .shutdownGrace(Duration.ofMillis(Long.parseLong(args[2])))
                    .pollInterval(Duration.ofMillis(100))
                    .workers(WORKERS)
                    .build();
            queue.start();
            if (Boolean.parseBoolean(args[3])) {
                Runtime.getRuntime().addShutdownHook(new Thread(queue::close));
            }
            new CountDownLatch(1).await();
        }

        @Job(name = "terminated.work", tx = Tx.COMPLETE_IN_TX)
        public void work(Note note, JobContext job) throws Exception {
            System.out.println("began " + note.id());
            new CountDownLatch(1).await(note.text().equals(SHORT) ? 1 : Long.MAX_VALUE, TimeUnit.SECONDS);
            insert(job.connection(), note, "child");
        }
    }

    /** The same kind of job, without the waiting. */
    public final class Here {
        @Job(name = "terminated.work", tx = Tx.COMPLETE_IN_TX)
        public void work(Note note, JobContext job) throws SQLException {
            try (Statement statement = job.connection().createStatement();
                    ResultSet row = statement.executeQuery("select crashes from headroom_job where id = " + job.id())) {
                row.next();
                runs.add(new Run(note.id(), job.attempt(), row.getInt(1)));
            }
            insert(job.connection(), note, "here");
        }
    }

    @BeforeEach
    void open() throws SQLException {
        database = server.createDatabase();
        pool = Backend.poolWithEffects(database.jdbcUrl());
    }

    @AfterEach
    void close() {
        pool.close();
        database.close();
    }

    @Test
    void whatRunsEndsWithinTheGraceAndNothingCountsAsACrash() {
        int jobs = 6;
        try (JobQueue queue = queue(NEVER);
                ChildJvm child = child(NEVER, Duration.ofSeconds(10), true)) {
            enqueue(queue, jobs, Child.SHORT);
            child.waitForLine(Pattern.compile("began 0"));
            child.waitForLine(Pattern.compile("began 1"));
            child.terminate();
            assertThat(child.waitForExit()).isEqualTo(SIGTERM);
            long begun = child.lines().stream()
                    .filter(line -> line.startsWith("began"))
                    .count();
            assertThat(count("effect where note = 'child'"))
                    .as("begun there, and ended")
                    .isEqualTo(begun)
                    .isLessThan(jobs);
            assertThat(count("headroom_job where state = 0 and attempt = 0 and crashes = 0"))
                    .as("left as they were")
                    .isEqualTo(jobs - begun);
            assertThat(count("headroom_job_node"))
                    .as("nodes that did not sign off")
                    .isZero();

            queue.start();
            await().atMost(AT_ONCE).until(() -> count("headroom_job") == 0);
            assertThat(runs).hasSize((int) (jobs - begun)).allMatch(TerminatedProcessTest::isFirst);
            assertEachEffectOnce(jobs);
        }
    }

    @Test
    void whatOutlivesTheGraceIsTakenUpByOthersAtOnceAndItsAttemptDoesNotCount() {
        try (JobQueue queue = queue(NEVER);
                ChildJvm child = child(NEVER, GRACE, true)) {
            enqueue(queue, WORKERS, Child.ENDLESS);
            child.waitForLine(Pattern.compile("began 0"));
            child.waitForLine(Pattern.compile("began 1"));
            queue.start();
            await().until(() -> count("headroom_job_node") == 2);
            child.terminate();
            await().atMost(GRACE.plus(AT_ONCE)).until(() -> runs.size() == WORKERS);
            assertThat(runs).allMatch(TerminatedProcessTest::isFirst);
            assertThat(child.waitForExit()).isEqualTo(SIGTERM);
            await().atMost(AT_ONCE).until(() -> count("headroom_job") == 0);
            assertThat(count("headroom_job_node")).isOne();
            assertEachEffectOnce(WORKERS);
        }
    }

    @Test
    void withoutTheHookItCountsAsACrash() {
        Duration lease = Duration.ofSeconds(2);
        try (JobQueue queue = queue(lease);
                ChildJvm child = child(lease, GRACE, false)) {
            enqueue(queue, 1, Child.ENDLESS);
            child.waitForLine(Pattern.compile("began 0"));
            child.terminate();
            assertThat(child.waitForExit()).isEqualTo(SIGTERM);
            assertThat(count("headroom_job_node")).isOne();
            queue.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> count("headroom_job") == 0);
            // The second is counted as the run begins, should its process die, too.
            assertThat(runs).containsExactly(new Run(0, 2, 2));
            assertEachEffectOnce(1);
        }
    }

    @Test
    void theReadmesStartRunsItsJobInAPlainMainAndSignsOff() throws SQLException {
        execute("create table thumb (product bigint, width int)");
        try (ChildJvm child =
                ChildJvm.builder(StartMain.class).arguments(database.jdbcUrl()).start()) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            count("thumb where product = 42 and width = 90") == 1 && count("headroom_job_node") == 1);
            child.terminate();
            assertThat(child.waitForExit()).isEqualTo(SIGTERM);
            assertThat(count("headroom_job_node")).isZero();
            assertThat(count("headroom_job")).isZero();
        }
    }

    private static boolean isFirst(Run run) {
        return run.attempt() == 1 && run.crashes() == 0;
    }

    private JobQueue queue(Duration lease) {
        return JobQueue.builder(pool)
                .handlers(new Here())
                .lease(lease)
                .pollInterval(Duration.ofMillis(100))
                .build();
    }

    private ChildJvm child(Duration lease, Duration grace, boolean hook) {
        return ChildJvm.builder(Child.class)
                .arguments(
                        database.jdbcUrl(),
                        Long.toString(lease.toMillis()),
                        Long.toString(grace.toMillis()),
                        Boolean.toString(hook))
                .start();
    }

    private void enqueue(JobQueue queue, int jobs, String text) {
        queue.enqueueAll(
                Here::work,
                IntStream.range(0, jobs).mapToObj(i -> new Note(i, text)).toList());
    }

    private void assertEachEffectOnce(int jobs) {
        assertThat(count("effect")).isEqualTo(jobs);
        assertThat(count("(select distinct id from effect) as d")).isEqualTo(jobs);
    }

    private static void insert(Connection connection, Note note, String where) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into effect (id, note) values (?, ?)")) {
            insert.setLong(1, note.id());
            insert.setString(2, where);
            insert.executeUpdate();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long count(String from) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + from)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
