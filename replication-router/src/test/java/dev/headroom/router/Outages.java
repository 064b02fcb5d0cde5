package dev.headroom.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.headroom.testkit.DatabaseNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * What is measured alike on every database.
 *
 * @param database its name
 * @param rig where
 * @param permits for reads that the primary answers
 */
record Outages(String database, Rig rig, int permits) {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int READERS = 40;

    /**
     * All replicas are killed while many want to read, and one writes.
     *
     * @param sleep a query that takes 20 ms
     * @param sleeping asks the primary how many it runs of these
     */
    void noReplicaAtAll(List<? extends DatabaseNode> replicas, String sleep, String sleeping) throws Exception {
        Latencies writesBefore = new Latencies();
        writes(writesBefore, Duration.ofSeconds(5), new AtomicBoolean());
        replicas.forEach(DatabaseNode::kill);
        await().atMost(LONG)
                .until(() -> rig.router.nodes().stream().skip(1).allMatch(node -> node.state() == NodeState.DOWN));
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger notRetryable = new AtomicInteger();
        Latencies answered = new Latencies();
        Latencies refused = new Latencies();
        List<Thread> readers = IntStream.range(0, READERS)
                .mapToObj(number -> new Thread(() -> {
                    while (!over.get()) {
                        long begun = System.nanoTime();
                        try {
                            RouteScope.readOnly().call(() -> {
                                try (Connection connection = rig.dataSource().getConnection();
                                        Statement statement = connection.createStatement()) {
                                    statement.execute(sleep);
                                }
                                return null;
                            });
                            answered.add(System.nanoTime() - begun);
                        } catch (Exception failure) {
                            refused.add(System.nanoTime() - begun);
                            if (!(failure instanceof SQLTransientException)) {
                                notRetryable.incrementAndGet();
                            }
                            LockSupport.parkNanos(
                                    TimeUnit.MILLISECONDS.toNanos(20)); // as a client does that is told to retry
                        }
                    }
                }))
                .toList();
        readers.forEach(Thread::start);
        Latencies writesMeanwhile = new Latencies();
        Thread watcher = new Thread(() -> {
            while (!over.get()) {
                most.accumulateAndGet(number(sleeping), Math::max);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            }
        });
        watcher.start();
        writes(writesMeanwhile, Duration.ofSeconds(10), over);
        for (Thread reader : readers) {
            reader.join();
        }
        watcher.join();
        System.out.printf(
                "soak: %s, all %d standbys dead, %d readers, %d permits: at most %d reads on the primary at once; answered %s;"
                        + " refused %s, not retryable %d; writes before %s, meanwhile %s%n",
                database,
                replicas.size(),
                READERS,
                permits,
                most.get(),
                answered,
                refused,
                notRetryable.get(),
                writesBefore,
                writesMeanwhile);
        assertThat(most).hasValueLessThanOrEqualTo(permits);
        assertThat(notRetryable).hasValue(0);
    }

    private int number(String sql) {
        try (Connection connection = rig.database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void writes(Latencies latencies, Duration howLong, AtomicBoolean over) throws SQLException {
        long end = System.nanoTime() + howLong.toNanos();
        while (System.nanoTime() < end) {
            long begun = System.nanoTime();
            rig.insert("meanwhile");
            latencies.add(System.nanoTime() - begun);
        }
        over.set(true);
    }

    /** Nobody writes, so every replica shows all: whatever is told as its lag is an error. */
    void idle(Duration howLong) {
        await().atMost(LONG).until(() -> rig.router.nodes().stream().allMatch(node -> node.state() == NodeState.UP));
        Latencies errors = new Latencies();
        int unknown = 0;
        long end = System.nanoTime() + howLong.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            for (NodeStatus node : rig.router.nodes()) {
                if (node.role() == NodeRole.REPLICA) {
                    node.lag().ifPresent(lag -> errors.add(lag.toNanos()));
                    unknown += node.lag().isPresent() ? 0 : 1;
                }
            }
        }
        System.out.printf(
                "soak: %s, lag told of standbys that show all while the primary is idle, probes every 50 ms: %s; unknown %d times%n",
                database, errors, unknown);
        assertThat(errors.count()).isPositive();
        assertThat(unknown).isZero();
    }
}
