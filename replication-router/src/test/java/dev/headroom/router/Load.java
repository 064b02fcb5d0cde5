package dev.headroom.router;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Threads that write notes, or read them, through a router until it is closed; keeps what was acknowledged and what failed. */
final class Load implements AutoCloseable {
    private static final AtomicLong NUMBERS = new AtomicLong();

    private final ReplicaRouter router;
    private final Queue<Done> done = new ConcurrentLinkedQueue<>();
    private final Queue<SQLException> failures = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<Thread> threads;

    /** A unit and when it began and was acknowledged. */
    record Done(String text, long begun, long acknowledged) {}

    private interface Work {
        void unit(String text) throws Exception;
    }

    private Load(ReplicaRouter router, int count, boolean writing) {
        this.router = router;
        Work work = writing ? this::write : this::read;
        this.threads = IntStream.range(0, count)
                .mapToObj(number -> new Thread(() -> run(work), "load-" + number))
                .toList();
        threads.forEach(Thread::start);
    }

    static Load writing(ReplicaRouter router, int threads) {
        return new Load(router, threads, true);
    }

    static Load reading(ReplicaRouter router, int threads) {
        return new Load(router, threads, false);
    }

    private void run(Work work) {
        try {
            while (!stop.await(2, TimeUnit.MILLISECONDS)) {
                String text = "load " + NUMBERS.incrementAndGet();
                long begun = System.nanoTime();
                try {
                    work.unit(text);
                    done.add(new Done(text, begun, System.nanoTime()));
                } catch (SQLException failure) {
                    failures.add(failure);
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void write(String text) throws SQLException {
        try (Connection connection = router.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            Rig.insert(connection, text);
            connection.commit();
        }
    }

    private void read(String text) throws Exception {
        RouteScope.readOnly().call(() -> {
            try (Connection connection = router.dataSource().getConnection()) {
                return Rig.read(connection, 1);
            }
        });
    }

    Queue<Done> acknowledged() {
        return done;
    }

    Queue<SQLException> failures() {
        return failures;
    }

    /** The texts of those that were begun and acknowledged after this time. */
    List<String> acknowledgedAfter(long time) {
        return done.stream()
                .filter(unit -> unit.begun() - time >= 0)
                .map(Done::text)
                .toList();
    }

    void awaitWriteBegunAfter(long time, Duration most) {
        await().atMost(most).until(() -> !acknowledgedAfter(time).isEmpty());
    }

    /** From this time to the first acknowledgement after it. */
    Duration firstAcknowledgedAfter(long time) {
        long nanos = done.stream()
                .mapToLong(unit -> unit.acknowledged() - time)
                .filter(after -> after >= 0)
                .min()
                .orElseThrow();
        return Duration.ofNanos(nanos);
    }

    void stop() {
        stop.countDown();
        for (Thread thread : threads) {
            try {
                thread.join(TimeUnit.SECONDS.toMillis(60));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() {
        stop();
    }
}
