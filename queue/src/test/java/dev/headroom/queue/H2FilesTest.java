package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.config.ConfigurationException;
import dev.headroom.queue.Recorder.Note;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** On H2 in files no interrupted job closes the application's database. */
class H2FilesTest {
    @TempDir
    Path folder;

    /** Writes until it is interrupted. */
    public static final class Writers {
        final AtomicInteger writing = new AtomicInteger();

        /** For a moment. */
        @Job(name = "h2.writer", tx = Tx.COMPLETE_IN_TX, timeout = "60ms", attempts = 1)
        public void write(Note note, JobContext job) throws Exception {
            endless(note, job);
        }

        /** For as long as it may. */
        @Job(name = "h2.endless", tx = Tx.COMPLETE_IN_TX, attempts = 1)
        public void endless(Note note, JobContext job) throws Exception {
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into effect (id, note) values (?, ?)")) {
                while (!Thread.currentThread().isInterrupted()) {
                    insert.setLong(1, note.id());
                    insert.setString(2, note.text().repeat(500));
                    insert.executeUpdate();
                    writing.incrementAndGet();
                    // Not as much as it can: all of it is to be rolled back before the queue has ended.
                    LockSupport.parkNanos(1_000_000);
                }
            }
            try (Statement select = job.connection().createStatement()) {
                select.executeQuery("select sum(length(note)) from kept").close();
            }
            throw new InterruptedException();
        }
    }

    @Test
    void timeoutsCancellationsAndTheEndLeaveTheDatabaseOpen() throws SQLException {
        try (HikariDataSource pool =
                Backend.pool("jdbc:h2:async:" + folder.resolve("data") + ";CACHE_SIZE=256;WRITE_DELAY=0")) {
            SchemaInstaller.install(pool);
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create table effect (id bigint, note varchar(100000))");
                statement.execute("create table kept as select x, repeat(x, 1000) as note from system_range(1, 1000)");
                statement.execute("checkpoint sync");
            }
            Writers writers = new Writers();
            try (JobQueue queue = JobQueue.builder(pool)
                    .handlers(writers)
                    .workers(4)
                    .shutdownGrace(Duration.ofMillis(100))
                    .build()) {
                queue.start();
                queue.enqueueAll(
                        Writers::write,
                        IntStream.range(0, 6)
                                .mapToObj(i -> new Note(i, "written"))
                                .toList());
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> queue.dead().newest(100).size() == 6);
                JobHandle cancelled = queue.enqueue(Writers::endless, new Note(100, "written"));
                int before = writers.writing.get();
                await().atMost(Duration.ofSeconds(60)).until(() -> writers.writing.get() > before);
                cancelled.cancel();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> cancelled.state().isEmpty());
                int again = writers.writing.get();
                queue.enqueue(Writers::endless, new Note(101, "written"));
                await().atMost(Duration.ofSeconds(60)).until(() -> writers.writing.get() > again);
            }
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select (select count(*) from effect),"
                            + " (select count(*) from headroom_job where state = 0)")) {
                rows.next();
                assertThat(rows.getInt(1)).isZero();
                assertThat(rows.getInt(2)).isOne();
            }
        }
    }

    @Test
    void refusesFilesThatAnInterruptCloses() throws SQLException {
        try (HikariDataSource pool = Backend.pool("jdbc:h2:" + folder.resolve("plain"))) {
            SchemaInstaller.install(pool);
            assertThatThrownBy(() -> JobQueue.builder(pool).build())
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("(expected: jdbc:h2:async:")
                    .hasMessageContaining("plain;WRITE_DELAY=0");
        }
    }

    @Test
    void warnsOfCommitsThatAKilledProcessLoses() {
        String url = "jdbc:h2:async:" + folder.resolve("data");
        assertThat(warnings(url)).singleElement().asString().contains("WRITE_DELAY: 500 ms", "(expected: 0");
        assertThat(warnings(url + ";WRITE_DELAY=0")).isEmpty();
        assertThat(warnings("jdbc:h2:mem:" + folder.getFileName() + ";WRITE_DELAY=500"))
                .isEmpty();
    }

    private static List<String> warnings(String url) {
        Logger logger = (Logger) LoggerFactory.getLogger("dev.headroom.queue.internal.sql.H2Files");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        logger.setLevel(Level.WARN);
        logger.addAppender(logged);
        try (HikariDataSource pool = Backend.pool(url)) {
            SchemaInstaller.install(pool);
            JobQueue.builder(pool).build().close();
        } finally {
            logger.detachAppender(logged);
            logger.setLevel(null);
        }
        return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
