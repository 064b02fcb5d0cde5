package dev.headroom.queue;

import dev.headroom.queue.ReadmeTest.Images;
import dev.headroom.queue.ReadmeTest.ThumbRequest;
import java.sql.Connection;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;

/** The README's start as a program of its own. */
public final class StartMain {
    private StartMain() {}

    /** Works until it is told to end. */
    public static void main(String[] args) throws Exception {
        DataSource dataSource = Backend.pool(args[0]);
        // begin
        SchemaInstaller.install(
                dataSource); // or run META-INF/headroom/queue/<database>/V*__*.sql with your migration tool
        JobQueue queue = JobQueue.builder(dataSource)
                .handlers(new Images())
                .queue("images", images -> images.workers(2))
                .build();
        queue.start();

        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            // … insert the product …
            queue.in(connection).enqueue(Images::thumb, new ThumbRequest(42, 90));
            connection.commit(); // the job exists from here on, and is picked up within moments
        }

        // For a plain main: the queue's threads keep no process alive. Spring and Headroom close it themselves.
        Runtime.getRuntime().addShutdownHook(new Thread(queue::close));
        new CountDownLatch(1).await();
        // end
    }
}
