package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.queue.Recorder.Note;
import dev.headroom.testkit.SharedPostgres;
import dev.headroom.testkit.TcpProxy;
import dev.headroom.testkit.TestDatabase;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server that vanishes without a word, as with its power, stops nobody who can reach the one that takes its place. */
@Tag("one-jdk")
class VanishedServerTest {
    private final Recorder recorder = new Recorder();

    @Test
    void whoWaitsForItsAnswerGivesUpAndAsksTheOther() throws Exception {
        try (TestDatabase database = SharedPostgres.createDatabase()) {
            String direct = database.jdbcUrl();
            URI uri = URI.create(direct.substring("jdbc:".length()));
            try (TcpProxy proxy = TcpProxy.to(uri.getHost(), uri.getPort())) {
                AtomicReference<String> url =
                        new AtomicReference<>(direct.replace(":" + uri.getPort() + "/", ":" + proxy.port() + "/"));
                DataSource dataSource = unpooled(url);
                SchemaInstaller.install(dataSource);
                try (JobQueue queue = JobQueue.builder(dataSource)
                        .handlers(recorder)
                        .lease(Duration.ofMillis(600))
                        .pollInterval(Duration.ofMillis(20))
                        .build()) {
                    queue.start();
                    queue.enqueue(Recorder::note, new Note(1, "before"));
                    await().until(() -> recorder.order.contains("before"));
                    try (Connection connection = DriverManager.getConnection(direct);
                            Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        // Claims and heartbeats wait for an answer, which will never come.
                        statement.execute("lock table headroom_job, headroom_job_node in access exclusive mode");
                        await().until(() -> waiting(statement) >= 2);
                        proxy.blackHole();
                        url.set(direct);
                        connection.commit();
                    }
                    queue.enqueue(Recorder::note, new Note(2, "after"));
                    await().atMost(Duration.ofSeconds(30)).until(() -> recorder.order.contains("after"));
                }
                assertThat(recorder.order).containsOnlyOnce("before");
            }
        }
    }

    private static long waiting(Statement statement) throws Exception {
        try (var rows = statement.executeQuery("select count(*) from pg_locks where not granted")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static DataSource unpooled(AtomicReference<String> url) {
        return (DataSource) Proxy.newProxyInstance(
                VanishedServerTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> DriverManager.getConnection(url.get()));
    }
}
