package dev.headroom.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.headroom.queue.Recorder.Note;
import dev.headroom.queue.spi.JobMiddleware;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
