package dev.headroom.queue;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A process whose clock may be wrong. It takes up the jobs that it holds for ever only while the last line of its standard input was {@code open}. */
public final class SkewedMain {
    static final Duration FOLLOWS_AFTER = Duration.ofSeconds(1);
    static final int FOLLOWED = 4;

    private SkewedMain() {}

    /** @param args the database's URL, and the lease in milliseconds */
    public static void main(String[] args) throws IOException {
        System.out.println("started at " + Instant.now());
        HikariDataSource dataSource = Backend.pool(args[0]);
        Effects effects = new Effects(dataSource, args[0]);
        AtomicBoolean open = new AtomicBoolean();
        JobQueue queue = JobQueue.builder(dataSource)
                .handlers(effects)
                .queue("held", held -> held.workers(4).runWhile(open::get))
                .lease(Duration.ofMillis(Long.parseLong(args[1])))
                .pollInterval(Duration.ofMillis(100))
                .maxCrashes(1_000)
                .build();
        effects.queue = queue;
        queue.start();
        System.out.println("at work");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            open.set(line.equals("open"));
            System.out.println(line.equals("open") ? "opened" : "closed");
        }
        queue.close();
    }

    /** Microseconds since 1970 of what the database says. */
    static String micros(String url, String expression) {
        return url.startsWith("jdbc:postgresql:")
                ? "cast(extract(epoch from " + expression + ") * 1000000 as bigint)"
                : "timestampdiff(microsecond, '1970-01-01', " + expression + ")";
    }

    /** The same of the database's clock. */
    static String now(String url) {
        return micros(url, url.startsWith("jdbc:postgresql:") ? "clock_timestamp()" : "utc_timestamp(6)");
    }

    /** A row for each run that counted, with the time by the database's clock. */
    public static final class Effects {
        private final DataSource dataSource;
        private final String insert;
        private volatile @Nullable JobQueue queue;

        Effects(DataSource dataSource, String url) {
            this.dataSource = dataSource;
            this.insert = "insert into seen (job, id, mode, process, at_micros) values (?, ?, ?, ?, " + now(url) + ")";
        }

        /** One of a few enqueues another one that comes later. */
        @Job(name = "skewed.complete", queue = "complete", tx = Tx.COMPLETE_IN_TX)
        public void complete(Note note, JobContext job) throws SQLException {
            insert(job.connection(), job, note.id(), "complete");
            JobQueue later = queue;
            if (later != null && note.id() % FOLLOWED == 0) {
                later.delay(FOLLOWS_AFTER).enqueue(Effects::follow, note);
            }
        }

        /** What another one enqueued. */
        @Job(name = "skewed.follow", queue = "complete", tx = Tx.COMPLETE_IN_TX)
        public void follow(Note note, JobContext job) throws SQLException {
            insert(job.connection(), job, note.id(), "follow");
        }

        /** Enqueued with a delay. */
        @Job(name = "skewed.delayed", queue = "complete", tx = Tx.COMPLETE_IN_TX)
        public void delayed(Note note, JobContext job) throws SQLException {
            insert(job.connection(), job, note.id(), "delayed");
        }

        /** In the transaction that took it up. */
        @Job(name = "skewed.lock", queue = "lock", tx = Tx.LOCK_IN_TX)
        public void lock(Note note, JobContext job) throws SQLException {
            insert(job.connection(), job, note.id(), "lock");
        }

        /** Never ends the first time. */
        @Job(name = "skewed.held", queue = "held")
        public void held(Note note, JobContext job) throws Exception {
            long runs;
            try (Connection connection = dataSource.getConnection()) {
                insert(connection, job, note.id(), "held");
                runs = runs(connection, job);
            }
            if (runs == 1) {
                new CountDownLatch(1).await();
            }
        }

        /** Once a second in the whole cluster. */
        @Job(name = "skewed.tick", queue = "complete", tx = Tx.COMPLETE_IN_TX)
        @Every(fixedRate = "1s")
        public void tick(JobContext job) throws SQLException {
            insert(job.connection(), job, 0, "tick");
        }

        /** At each full hour. */
        @Job(name = "skewed.hourly", queue = "complete")
        @Every(cron = "0 * * * *")
        public void hourly() {}

        private void insert(Connection connection, JobContext job, long id, String mode) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(insert)) {
                statement.setLong(1, job.id());
                statement.setLong(2, id);
                statement.setString(3, mode);
                statement.setLong(4, ProcessHandle.current().pid());
                statement.executeUpdate();
            }
        }

        private static long runs(Connection connection, JobContext job) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement("select count(*) from seen where job = ?")) {
                statement.setLong(1, job.id());
                try (ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            }
        }
    }
}
