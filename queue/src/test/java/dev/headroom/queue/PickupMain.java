package dev.headroom.queue;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.postgresql.PostgresNotifications;
import java.io.IOException;
import java.time.Duration;

/** An idle worker in a process of its own that listens, and says when it began each job: by a clock that all processes of a machine share. */
public final class PickupMain {
    private PickupMain() {}

    /** Runs until its standard input ends. */
    public static void main(String[] args) throws IOException {
        HikariDataSource dataSource = Backend.pool(args[0]);
        JobQueue queue = JobQueue.builder(dataSource)
                .handlers(new Saying())
                .pollInterval(Duration.ofMinutes(10))
                .wakeOthers(PostgresNotifications.of(dataSource))
                .build();
        queue.start();
        System.out.println("started");
        while (System.in.read() >= 0) {
            // Until the parent ends it.
        }
        queue.close();
    }

    /** Says when. */
    public static final class Saying {
        /** One line. */
        @Job(name = "say")
        public void say(Note note) {
            System.out.println("began " + note.id() + " at " + System.nanoTime() + ".");
        }
    }
}
