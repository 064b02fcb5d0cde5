package dev.headroom.router.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections from a pool within a deadline of its own: pools wait as long as they were told to (HikariCP: 30 s), which is far too
 * long for a read that another node could answer. The wait is on a thread of ours, a connection that comes too late goes back. From a pool
 * that is known to wait no longer than the deadline the caller takes its connection itself.
 */
final class Acquirer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Acquirer.class);
    private static final long KEEP_ALIVE_SECONDS = 20;

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
            try {
                return node.spec().dataSource().getConnection();
            } catch (RuntimeException failure) {
                throw new SQLTransientConnectionException(node + ": " + failure, failure);
            }
        }
        if (!node.waiting().tryAcquire()) {
            throw new SQLTransientConnectionException(node + ": too many readers wait for its pool already");
        }
        CompletableFuture<Connection> arrival = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                deliver(node, arrival);
            } finally {
                node.waiting().release();
            }
        });
        try {
            return arrival.get(nanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            arrival.cancel(false);
            throw new SQLTransientConnectionException(
                    node + ": no connection within " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms");
        } catch (InterruptedException e) {
            arrival.cancel(false);
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
        } catch (SQLException | RuntimeException failure) {
            arrival.completeExceptionally(failure);
            return;
        }
        if (!arrival.complete(connection)) {
            try {
                connection.close();
            } catch (SQLException e) {
                log.debug("router: a connection to {} that came too late could not be closed", node, e);
            }
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
