package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.internal.sql.Delegated;
import dev.headroom.queue.spi.JobMiddleware;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A process that lives keeps its lease, whatever holds up what else it does. */
@OnEveryBackend
class HeartbeatTest extends JobQueueContract {
    private static final Duration LEASE = Duration.ofSeconds(1);

    private final Recorder recorder = new Recorder();
    private final CountDownLatch hangs = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);

    /** Runs again and again. */
    public static final class Sweep {
        /** Does nothing. */
        @Job(name = "beside.sweep")
        @Every(fixedRate = "200ms")
        public void sweep() {}
    }

    private final class Hanging implements JobMiddleware {
        @Override
        public void enqueue(Enqueue enqueue) {
            if (enqueue.name().equals("beside.sweep")) {
                hangs.countDown();
                try {
                    goesOn.await(20, TimeUnit.SECONDS);
                } catch (InterruptedException closing) {
                    Thread.currentThread().interrupt();
                }
            }
            enqueue.proceed();
        }
    }

    @Test
    void neitherHangingMiddlewareNorALockOfADeadProcessCostsTheLease() throws Exception {
        JobQueue queue = built(builder()
                .handlers(recorder, new Sweep())
                .middleware(new Hanging())
                .lease(LEASE));
        JobHandle stuck = queue.enqueue(Recorder::note, new Note(2, "its process died as it committed"));
        execute("insert into headroom_job_node (name, last_seen) values ('cut off', timestamp '2020-01-01 00:00:00')");
        execute("update headroom_job set state = 1, attempt = 1, lease = (select max(id) from headroom_job_node)");
        try (Connection cutOff = dataSource().getConnection();
                Statement statement = cutOff.createStatement()) {
            cutOff.setAutoCommit(false);
            statement.execute("delete from headroom_job where id = " + stuck.id());
            queue.start();
            queue.enqueue(Recorder::blocked, new Note(1, "long"));
            assertThat(recorder.blockedBegan.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(hangs.await(10, TimeUnit.SECONDS)).isTrue();
            await().during(LEASE.multipliedBy(2))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> recorder.concurrent.get() == 1);
            cutOff.rollback();
            cutOff.setAutoCommit(true);
        } finally {
            goesOn.countDown();
        }
        recorder.release.countDown();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> recorder.order.size() == 1 && stuck.state().isEmpty());
        assertThat(recorder.runs).containsEntry(1L, 1);
        queue.drain(Duration.ofSeconds(5));
        execute("delete from headroom_job");
    }

    @Test
    void aProcessThatStopsAsItShowsThatItLivesIsDeclaredDeadAllTheSame() throws Exception {
        AtomicBoolean stops = new AtomicBoolean();
        JobQueue stopping = built(JobQueue.builder(stoppingAfterBeats(stops)).lease(LEASE));
        stopping.start();
        await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job_node") == 1);
        JobQueue other = started(builder().lease(LEASE));
        await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job_node") == 2);
        stops.set(true);
        try {
            assertThat(hangs.await(20, TimeUnit.SECONDS)).isTrue();
            await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job_node") == 1);
        } finally {
            goesOn.countDown();
        }
        other.close();
    }

    @Test
    void aDeadProcessWhoseRowIsLockedKeepsNoOthersFromBeingFound() throws Exception {
        JobQueue queue = built(builder().handlers(recorder).lease(LEASE));
        queue.enqueue(Recorder::note, new Note(1, "of one that died"));
        execute("insert into headroom_job_node (name, last_seen) values ('locked', timestamp '2020-01-01 00:00:00')");
        execute("insert into headroom_job_node (name, last_seen) values ('dead', timestamp '2020-01-01 00:00:00')");
        execute("update headroom_job set state = 1, attempt = 1, lease = (select max(id) from headroom_job_node)");
        try (Connection locker = dataSource().getConnection();
                Statement statement = locker.createStatement()) {
            locker.setAutoCommit(false);
            // By its number: by its name MariaDB would lock them all.
            long locked;
            try (ResultSet first = statement.executeQuery("select min(id) from headroom_job_node")) {
                first.next();
                locked = first.getLong(1);
            }
            statement.executeUpdate("update headroom_job_node set workers = 7 where id = " + locked);
            queue.start();
            await().atMost(Duration.ofSeconds(20)).until(() -> recorder.runs.containsKey(1L));
            locker.rollback();
            locker.setAutoCommit(true);
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> count("headroom_job_node") == 1);
        awaitNoJobs();
    }

    /** A data source of a process that stops when the server has done what it asked with the statement that shows that it lives. */
    private DataSource stoppingAfterBeats(AtomicBoolean stops) {
        return proxy(
                DataSource.class,
                dataSource(),
                (name, result) -> result instanceof Connection connection
                        ? proxy(
                                Connection.class,
                                connection,
                                (call, made) -> made instanceof PreparedStatement statement
                                                && statement.toString().contains("unbroken_since = case")
                                        ? proxy(
                                                PreparedStatement.class,
                                                statement,
                                                (done, rows) -> stop(stops, done, rows))
                                        : made)
                        : result);
    }

    private Object stop(AtomicBoolean stops, String done, Object result) throws InterruptedException {
        if (stops.get() && done.startsWith("execute")) {
            hangs.countDown();
            goesOn.await(60, TimeUnit.SECONDS);
        }
        return result;
    }

    /** What becomes of what a method of that name gave. */
    @FunctionalInterface
    private interface After {
        Object of(String method, Object result) throws Exception;
    }

    private static <T> T proxy(Class<T> type, T target, After after) {
        return type.cast(Proxy.newProxyInstance(
                HeartbeatTest.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> after.of(method.getName(), Delegated.call(target, method, arguments))));
    }

    @Test
    void aConnectionIsGivenBackInTheModeInWhichItCame() throws Exception {
        Queue<Boolean> givenBack = new ConcurrentLinkedQueue<>();
        JobQueue queue = started(JobQueue.builder(withoutAutoCommit(givenBack))
                .lease(LEASE)
                .pollInterval(Duration.ofMillis(100))
                .handlers(recorder));
        queue.enqueue(Recorder::note, new Note(1, ""));
        awaitNoJobs();
        await().atMost(Duration.ofSeconds(20)).until(() -> number("select count(*) from headroom_job_node") == 1);
        String seen = text("select last_seen from headroom_job_node");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !text("select last_seen from headroom_job_node").equals(seen));
        queue.close();
        assertThat(givenBack).isNotEmpty().containsOnly(false);
    }

    /** A pool whose connections are in no auto-commit mode, and that finds them in the one of these when it gets them back. */
    private DataSource withoutAutoCommit(Queue<Boolean> givenBack) {
        return Proxied.connections(
                Proxied.giving(dataSource(), HeartbeatTest::withoutAutoCommit), (connection, method, arguments) -> {
                    if (method.getName().equals("close") && !connection.isClosed()) {
                        givenBack.add(connection.getAutoCommit());
                        if (!connection.getAutoCommit()) {
                            connection.rollback();
                            connection.setAutoCommit(true);
                        }
                    }
                    return Delegated.call(connection, method, arguments);
                });
    }

    private String text(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static Connection withoutAutoCommit(Connection connection) {
        try {
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aPoolThatTheApplicationUsesUpCostsNoLease() throws Exception {
        List<Connection> taken = new ArrayList<>();
        try (HikariDataSource small = Backend.pool(database.dataSource().getJdbcUrl(), 3)) {
            try (JobQueue queue = JobQueue.builder(small)
                    .handlers(recorder)
                    .lease(LEASE)
                    .shutdownGrace(Duration.ofSeconds(2))
                    .build()) {
                queue.start();
                queue.enqueue(Recorder::blocked, new Note(1, "long"));
                assertThat(recorder.blockedBegan.await(10, TimeUnit.SECONDS)).isTrue();
                taken.add(small.getConnection());
                taken.add(small.getConnection());
                await().during(LEASE.multipliedBy(2))
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> recorder.concurrent.get() == 1);
                for (Connection each : taken) {
                    each.close();
                }
                recorder.release.countDown();
                awaitNoJobs();
                assertThat(recorder.runs).containsEntry(1L, 1);
            }
        }
    }
}
