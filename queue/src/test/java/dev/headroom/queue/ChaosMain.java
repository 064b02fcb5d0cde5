package dev.headroom.queue;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** A process among several that work on jobs of all modes until it is killed, or its standard input ends. */
public final class ChaosMain {
    private ChaosMain() {}

    /** @param args the database's URL, the lease, and how long some of the jobs take, in milliseconds */
    public static void main(String[] args) throws IOException {
        HikariDataSource dataSource = Backend.pool(args[0]);
        JobQueue queue = JobQueue.builder(dataSource)
                .handlers(new Effects(dataSource, Long.parseLong(args[2])))
                .lease(Duration.ofMillis(Long.parseLong(args[1])))
                .pollInterval(Duration.ofMillis(200))
                .maxCrashes(1_000)
                .workers(3)
                .build();
        queue.start();
        System.out.println("started at " + Instant.now());
        while (System.in.read() >= 0) {
            // Until the parent ends it.
        }
        queue.close();
    }

    /** A row for each run that counted. Of ten jobs one takes a while after it was written. */
    public static final class Effects {
        final Set<Long> plain = ConcurrentHashMap.newKeySet();
        private final DataSource dataSource;
        private final long millis;

        Effects(DataSource dataSource) {
            this(dataSource, 0);
        }

        Effects(DataSource dataSource, long millis) {
            this.dataSource = dataSource;
            this.millis = millis;
        }

        /** Writes by itself: at least once. */
        @Job(name = "chaos.plain", queue = "plain")
        public void plain(Note note) throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                insert(connection, "plain", note);
            }
            plain.add(note.id());
        }

        /** Writes in its completion's transaction. */
        @Job(name = "chaos.complete", queue = "complete", tx = Tx.COMPLETE_IN_TX)
        public void complete(Note note, JobContext job) throws SQLException {
            insert(job.connection(), "complete", note);
        }

        /** Writes in the transaction that took it up. */
        @Job(name = "chaos.lock", queue = "lock", tx = Tx.LOCK_IN_TX)
        public void lock(Note note, JobContext job) throws SQLException {
            insert(job.connection(), "lock", note);
        }

        private void insert(Connection connection, String mode, Note note) throws SQLException {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into effect (id, mode) values (?, ?)")) {
                insert.setLong(1, note.id());
                insert.setString(2, mode);
                insert.executeUpdate();
            }
            if (note.id() % 10 == 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
            }
        }
    }
}
