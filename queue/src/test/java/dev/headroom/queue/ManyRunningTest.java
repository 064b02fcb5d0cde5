package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many jobs that wait for something else run at once, and cost the database next to nothing meanwhile. */
@Tag("one-jdk")
class ManyRunningTest {
    private TestDatabase database;
    private HikariDataSource pool;
    private final Waiting waiting = new Waiting();

    /** Waits, as for an answer from elsewhere. */
    public static final class Waiting {
        final AtomicInteger now = new AtomicInteger();
        final AtomicInteger onVirtualThreads = new AtomicInteger();
        final CountDownLatch release = new CountDownLatch(1);

        @Job(name = "answer", queue = "io")
        public void answer(Note note) throws InterruptedException {
            if (Thread.currentThread().toString().startsWith("VirtualThread")) {
                onVirtualThreads.incrementAndGet();
            }
            now.incrementAndGet();
            release.await();
            now.decrementAndGet();
        }
    }

    @BeforeEach
    void open() throws SQLException {
        database = SharedPostgres.createDatabase();
        pool = Backend.pool(database.jdbcUrl());
        SchemaInstaller.install(pool);
    }

    @AfterEach
    void close() {
        waiting.release.countDown();
        pool.close();
        database.close();
    }

    @Test
    void jobsThatRunCostNoStatements() throws Exception {
        assertThat(statements(1_000, Duration.ofSeconds(5)))
                .isLessThan(6); // of a process, not of its jobs: a heartbeat, and now and then something else
    }

    @Test
    @Tag("soak")
    void jobsThatRunCostNoStatementsForAMinute() throws Exception {
        assertThat(statements(1_000, Duration.ofSeconds(60))).isLessThan(45);
    }

    /** The statements of one process in a time, while so many jobs run. */
    private long statements(int jobs, Duration time) throws Exception {
        CountingDataSource counting = new CountingDataSource(pool);
        try (JobQueue queue = JobQueue.builder(counting)
                .handlers(waiting)
                .queue("io", q -> q.workers(jobs))
                .lease(Duration.ofSeconds(15))
                .pollInterval(Duration.ofSeconds(5))
                .build()) {
            enqueue(queue, jobs);
            queue.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> waiting.now.get() == jobs);
            counting.sinceLast();
            CountDownLatch never = new CountDownLatch(1);
            assertThat(never.await(time.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
            List<String> texts = List.copyOf(counting.texts);
            long statements = counting.sinceLast();
            System.out.printf(
                    Locale.ROOT,
                    "soak: %d statements of one process in %d s while %d jobs run (%.2f in 5 s)%n",
                    statements,
                    time.toSeconds(),
                    jobs,
                    5.0 * statements / time.toSeconds());
            texts.stream()
                    .collect(Collectors.groupingBy(
                            text -> text.substring(0, Math.min(100, text.length())),
                            TreeMap::new,
                            Collectors.counting()))
                    .forEach((text, times) -> System.out.println("soak:   " + times + " " + text));
            waiting.release.countDown();
            await().atMost(Duration.ofSeconds(60)).until(() -> count("headroom_job") == 0);
            return statements;
        }
    }

    private static void enqueue(JobQueue queue, int jobs) {
        queue.enqueueAll(
                Waiting::answer,
                IntStream.range(0, jobs).mapToObj(i -> new Note(i, "")).toList());
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
