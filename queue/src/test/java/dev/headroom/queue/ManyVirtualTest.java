package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.ManyRunningTest.Waiting;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** As many jobs as wait for something else run at once on virtual threads, where a thread for each would be too much. */
@EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "no virtual threads")
class ManyVirtualTest {
    private static final int JOBS = 10_000;

    private final Waiting waiting = new Waiting();

    @Test
    void tenThousandRunAtOnceOnVirtualThreads() throws Exception {
        try (TestDatabase database = SharedPostgres.createDatabase();
                HikariDataSource pool = Backend.pool(database.jdbcUrl())) {
            SchemaInstaller.install(pool);
            try (JobQueue queue = JobQueue.builder(pool)
                    .handlers(waiting)
                    .queue("io", q -> q.workers(JOBS))
                    .workerThreads(virtualThreads())
                    .build()) {
                queue.enqueueAll(
                        Waiting::answer,
                        IntStream.range(0, JOBS).mapToObj(i -> new Note(i, "")).toList());
                long before = usedHeap();
                queue.start();
                await().atMost(Duration.ofSeconds(90)).until(() -> waiting.now.get() == JOBS);
                assertThat(waiting.onVirtualThreads).hasValueGreaterThanOrEqualTo(JOBS);
                System.out.printf(
                        Locale.ROOT,
                        "soak: %d jobs run at once on virtual threads of JDK %d, %d bytes of heap each%n",
                        JOBS,
                        Runtime.version().feature(),
                        (usedHeap() - before) / JOBS);
                waiting.release.countDown();
                await().atMost(Duration.ofSeconds(90)).until(() -> count(pool, "headroom_job") == 0);
                assertThat(count(pool, "headroom_job_dead")).isZero();
            } finally {
                waiting.release.countDown();
            }
        }
    }

    private static ThreadFactory virtualThreads() throws Exception {
        Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
        Class<?> type = Class.forName("java.lang.Thread$Builder");
        return (ThreadFactory) type.getMethod("factory").invoke(builder);
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
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
