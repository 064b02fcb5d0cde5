package dev.headroom.router.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections from a pool within a deadline of its own: pools wait as long as they were told to (HikariCP: 30 s), which is far too
 * long for a read that another node could answer, and for a write whose primary has just lost its place. The wait is on a thread of ours, a
 * connection that comes too late goes back. From a pool that is known to wait no longer than the deadline the caller takes its connection
 * itself.
 */
final class Acquirer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Acquirer.class);
    private static final long KEEP_ALIVE_SECONDS = 20;

    /** How often is looked whether a connection is still wanted. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ThreadPoolExecutor threads;

    Acquirer(String router) {
        AtomicInteger number = new AtomicInteger();
        ClassLoader loader = Thread.currentThread().getContextClassLoader(); // not that of whichever caller is first
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread =
                            new Thread(task, "headroom-router-" + router + "-acquire-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    thread.setContextClassLoader(loader);
                    return thread;
                });
    }

    /** A connection within the time, for a read. The number of threads that wait is bounded by each node's {@code waiting()}. */
    Connection within(Node node, long nanos) throws SQLException {
        if (node.poolTimeoutNanos() <= nanos) {
            return own(node);
        }
        if (!node.waiting().tryAcquire()) {
            throw new SQLTransientConnectionException(node + ": too many readers wait for its pool already");
        }
        Connection connection = await(node, asked(node, node.waiting()), nanos, () -> true);
        return Objects.requireNonNull(connection);
    }

    /**
     * A connection within the time, for a unit that may write; null as soon as the node takes no writes any more. When very many wait already, one
     * more waits as long as the pool lets it.
     */
    @Nullable Connection forWriter(Node node, long nanos, BooleanSupplier takesWrites) throws SQLException {
        if (node.poolTimeoutNanos() <= nanos || !node.writersWaiting().tryAcquire()) {
            return own(node);
        }
        return await(node, asked(node, node.writersWaiting()), nanos, takesWrites);
    }

    private static Connection own(Node node) throws SQLException {
        try {
            return node.spec().dataSource().getConnection();
        } catch (RuntimeException failure) {
            throw new SQLTransientConnectionException(node + ": " + failure, failure);
        }
    }

    private CompletableFuture<Connection> asked(Node node, Semaphore place) {
        CompletableFuture<Connection> arrival = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    deliver(node, arrival);
                } finally {
                    place.release();
                }
            });
        } catch (RuntimeException | Error failure) { // no thread is to be had, or the router is closed
            place.release();
            arrival.completeExceptionally(failure);
        }
        return arrival;
    }

    /** Waits so long, or until it is no longer wanted: then null. */
    private static @Nullable Connection await(
            Node node, CompletableFuture<Connection> arrival, long nanos, BooleanSupplier wanted) throws SQLException {
        long end = System.nanoTime() + nanos;
        try {
            while (true) {
                try {
                    return arrival.get(Math.min(end - System.nanoTime(), LOOK_NANOS), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    boolean late = System.nanoTime() - end >= 0;
                    if ((late || !wanted.getAsBoolean()) && !arrival.isDone() && arrival.cancel(false)) {
                        if (late) {
                            throw new SQLTransientConnectionException(node + ": no connection within "
                                    + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms (" + node.poolInWords() + ")");
                        }
                        return null;
                    }
                }
            }
        } catch (InterruptedException e) {
            if (!arrival.cancel(false)) {
                arrival.thenAccept(Acquirer::close);
            }
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException(node + ": interrupted while waiting for a connection");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SQLException failure
                    ? failure
                    : new SQLTransientConnectionException(node + ": " + e.getCause(), e.getCause());
        }
    }

    private static void deliver(Node node, CompletableFuture<Connection> arrival) {
        Connection connection;
        try {
            connection = node.spec().dataSource().getConnection();
        } catch (SQLException | RuntimeException | Error failure) {
            arrival.completeExceptionally(failure);
            return;
        }
        if (!arrival.complete(connection)) {
            close(connection);
        }
    }

    private static void close(Connection late) {
        try {
            late.close();
        } catch (SQLException e) {
            log.debug("router: a connection that came too late could not be closed", e);
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
