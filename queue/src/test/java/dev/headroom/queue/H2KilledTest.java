package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.ChildJvm;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On H2 in files, as the README advises them: what committed is there after its only process was killed, and one that is told to end does so
 * in order.
 */
class H2KilledTest {
    private static final Pattern COMMITTED = Pattern.compile("committed (\\d+)");

    @TempDir
    Path folder;

    /** The only process of its database. */
    public static final class Child {
        private Child() {}

        /** Enqueues until it is killed and says what has committed. */
        public static void main(String[] args) {
            HikariDataSource pool = Backend.pool(args[0]);
            SchemaInstaller.install(pool);
            JobQueue queue = JobQueue.builder(pool).handlers(new Recorder()).build();
            for (long id = 0; ; id++) {
                queue.enqueue(Recorder::note, new Note(id, "committed"));
                System.out.println("committed " + id);
            }
        }
    }

    @Test
    void whatCommittedIsThereWhenItsProcessWasKilled() throws SQLException {
        String url = url();
        List<String> committed;
        try (ChildJvm child = ChildJvm.builder(Child.class).arguments(url).start()) {
            child.waitForLine(Pattern.compile("committed 20$"));
            child.kill();
            child.waitForExit();
            committed = child.lines().stream()
                    .map(COMMITTED::matcher)
                    .filter(Matcher::matches)
                    .map(line -> line.group(1))
                    .toList();
        }
        List<String> kept = new ArrayList<>();
        try (HikariDataSource pool = Backend.pool(url);
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select payload from headroom_job")) {
            while (rows.next()) {
                kept.add(rows.getString(1).replaceAll("\\D", ""));
            }
        }
        assertThat(committed).hasSizeGreaterThan(20);
        assertThat(kept).containsAll(committed);
    }

    /** Closes its queue as it ends. */
    public static final class Ending {
        private Ending() {}

        /** Works until it is told to end; a job begins at once and ends when it hears of that. */
        public static void main(String[] args) throws InterruptedException {
            HikariDataSource pool = Backend.pool(args[0]);
            SchemaInstaller.install(pool);
            JobQueue queue = JobQueue.builder(pool)
                    .handler("slow", String.class, (text, job) -> {
                        System.out.println("began");
                        await().until(job::stopping);
                    })
                    .build();
            queue.start();
            Runtime.getRuntime().addShutdownHook(new Thread(queue::close));
            queue.enqueue("slow", "");
            new CountDownLatch(1).await();
        }
    }

    @Test
    void whatRunsEndsBeforeH2ClosesItsDatabase() throws SQLException {
        try (ChildJvm child = ChildJvm.builder(Ending.class).arguments(url()).start()) {
            child.waitForLine(Pattern.compile("began"));
            child.terminate();
            child.waitForExit();
        }
        try (HikariDataSource pool = Backend.pool(url());
                Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select (select count(*) from headroom_job), (select count(*) from headroom_job_node)")) {
            rows.next();
            assertThat(rows.getLong(1)).as("jobs").isZero();
            assertThat(rows.getLong(2)).as("processes that did not sign off").isZero();
        }
    }

    private String url() {
        return "jdbc:h2:async:" + folder.resolve("data") + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";
    }
}
