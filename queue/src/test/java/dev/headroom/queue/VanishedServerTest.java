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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server that vanishes without a word, as with its power, stops nobody who can reach the one that takes its place. */
@Tag("one-jdk")
class VanishedServerTest {
    /** Words of statements that no other statement has. */
    private static final String CLAIM = "select x.id, x.tid from";

    private static final String LOCK = "j.attempt + 1 as attempt";
    private static final String HEARTBEAT = "with beat as";

    private static final Duration LEASE = Duration.ofMillis(900);

    private final Recorder recorder = new Recorder();
    private final Locking locking = new Locking();

    /** Its jobs are locked by the transactions that run them. */
    public static final class Locking {
        final List<String> order = new CopyOnWriteArrayList<>();

        @Job(name = "locking.note", queue = "locking", tx = Tx.LOCK_IN_TX)
        public void note(Note note) {
            order.add(note.text());
        }
    }

    /** Enqueues a job of one kind. */
    @FunctionalInterface
    private interface Kind {
        void enqueue(JobQueue queue, Note note);
    }

    @Test
    void whoWaitsForItsAnswerGivesUpAndAsksTheOther() throws Exception {
        goesOn(recorder, recorder.order, CLAIM, (queue, note) -> queue.enqueue(Recorder::note, note));
    }

    @Test
    void aLookForJobsToLockGivesUpToo() throws Exception {
        goesOn(locking, locking.order, LOCK, (queue, note) -> queue.enqueue(Locking::note, note));
    }

    /** @param words of a statement that waits for an answer when the server vanishes */
    private static void goesOn(Object handlers, List<String> order, String words, Kind kind) throws Exception {
        try (TestDatabase database = SharedPostgres.createDatabase()) {
            String direct = database.jdbcUrl();
            URI uri = URI.create(direct.substring("jdbc:".length()));
            try (TcpProxy proxy = TcpProxy.to(uri.getHost(), uri.getPort())) {
                AtomicReference<String> url =
                        new AtomicReference<>(direct.replace(":" + uri.getPort() + "/", ":" + proxy.port() + "/"));
                DataSource dataSource = unpooled(url);
                SchemaInstaller.install(dataSource);
                try (JobQueue queue = JobQueue.builder(dataSource)
                        .handlers(handlers)
                        .lease(LEASE)
                        .pollInterval(Duration.ofMillis(20))
                        .build()) {
                    queue.start();
                    kind.enqueue(queue, new Note(1, "before"));
                    await().until(() -> order.contains("before"));
                    try (Connection connection = DriverManager.getConnection(direct);
                            Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        // Claims and heartbeats wait for an answer, which will never come.
                        await().atMost(Duration.ofMinutes(1))
                                .pollInterval(Duration.ofMillis(500))
                                .until(() -> waitForNoAnswer(connection, statement, words, proxy));
                        url.set(direct);
                        connection.commit();
                    }
                    kind.enqueue(queue, new Note(2, "after"));
                    await().atMost(Duration.ofSeconds(30)).until(() -> order.contains("after"));
                }
                assertThat(order).containsOnlyOnce("before");
            }
        }
    }

    /** The lock is taken anew each time: whoever could not show for the length of its lease that it lives looks for nothing. */
    private static boolean waitForNoAnswer(Connection connection, Statement statement, String words, TcpProxy proxy)
            throws Exception {
        statement.execute("lock table headroom_job in access exclusive mode");
        long until = System.nanoTime() + LEASE.toNanos();
        while (System.nanoTime() - until < 0) {
            if (waits(statement, HEARTBEAT) && waits(statement, words)) {
                proxy.blackHole();
                if (waits(statement, words)) {
                    return true;
                }
                // It had waited for long enough just then.
                proxy.restore();
            }
        }
        connection.rollback();
        return false;
    }

    /** Whether a statement with these words waits for what this one's transaction has locked. */
    private static boolean waits(Statement statement, String words) throws Exception {
        // Within one transaction the first look would be shown again and again.
        statement.execute("select pg_stat_clear_snapshot(), pg_sleep(0.02)");
        try (var rows = statement.executeQuery("select exists (select 1 from pg_stat_activity"
                + " where pg_backend_pid() = any(pg_blocking_pids(pid)) and query like '%" + words + "%')")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private static DataSource unpooled(AtomicReference<String> url) {
        return (DataSource) Proxy.newProxyInstance(
                VanishedServerTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> DriverManager.getConnection(url.get()));
    }
}
