package dev.headroom.queue;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** A worker in a process of its own: each job has its effect first and takes a while after it. Its lease and that while are arguments. */
public final class WorkerMain {
    static final String SLOW = "child.slow";

    private WorkerMain() {}

    /** Runs until its standard input ends. */
    public static void main(String[] args) throws IOException {
        HikariDataSource dataSource = Backend.pool(args[0]);
        JobQueue queue = JobQueue.builder(dataSource)
                .handlers(new Slow(Long.parseLong(args[2])), new Steps(dataSource, true))
                .lease(Duration.ofMillis(Long.parseLong(args[1])))
                .pollInterval(Duration.ofMillis(100))
                .workers(2)
                .build();
        queue.start();
        System.out.println("started");
        while (System.in.read() >= 0) {
            // Until the parent ends it.
        }
        queue.close();
    }

    /** Has its effect, then takes its time. */
    public static final class Slow {
        private final long millis;

        Slow(long millis) {
            this.millis = millis;
        }

        /** The while, whoever interrupts. */
        @Job(name = SLOW, tx = Tx.COMPLETE_IN_TX)
        public void slow(Note note, JobContext job) throws Exception {
            try (PreparedStatement insert =
                    job.connection().prepareStatement("insert into effect (id, note) values (?, ?)")) {
                insert.setLong(1, note.id());
                insert.setString(2, "child");
                insert.executeUpdate();
            }
            System.out.println("began " + note.id());
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(end - System.nanoTime());
                Thread.interrupted();
            }
            System.out.println("ended " + note.id());
        }
    }

    /** Writes a row in each of its two steps. */
    public static final class Steps {
        private final DataSource dataSource;
        private final boolean hangs;

        Steps(DataSource dataSource, boolean hangs) {
            this.dataSource = dataSource;
            this.hangs = hangs;
        }

        /** One that hangs does so between the two. */
        @Job(name = "child.steps")
        public void steps(Note note, JobContext job) throws Exception {
            long pid = job.step(
                    "first",
                    Long.class,
                    () -> write("first", ProcessHandle.current().pid()));
            if (hangs) {
                System.out.println("between its steps");
                new CountDownLatch(1).await();
            }
            job.step("second", () -> write("second", pid));
        }

        private long write(String step, long pid) throws SQLException {
            try (Connection connection = dataSource.getConnection();
                    PreparedStatement insert =
                            connection.prepareStatement("insert into effect (id, note) values (?, ?)")) {
                insert.setLong(1, pid);
                insert.setString(2, step);
                insert.executeUpdate();
            }
            return pid;
        }
    }
}
