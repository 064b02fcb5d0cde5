package dev.headroom.router.internal;

import dev.headroom.router.TimedPool;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.time.Duration;
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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections from a pool within a deadline of its own: pools wait as long as they were told to (HikariCP: 30 s), which is far too
 * long for a read that another node could answer, and for a write whose primary has just lost its place.
 *
 * <p>The caller takes its connection itself from a pool that can be told how long to wait. But what has lain idle for a while is tried out by its pool,
 * and a node that hangs would keep the caller for as long as that takes; so if the pool tries out for longer than the wait, the node must be lively:
 * used a moment ago, and not late with an answer to its probe. The caller itself also takes connections from a pool that is known to wait no longer
 * than the deadline. Otherwise the wait is on a thread of ours, and a connection that comes too late goes back.
 */
final class Acquirer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Acquirer.class);
    private static final long KEEP_ALIVE_SECONDS = 20;

    /** How often is looked whether a connection is still wanted. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** So long a writer may be kept by a primary that hangs; it should be there when another takes the writes. */
    private static final long LONGEST_TRIAL = TimeUnit.MILLISECONDS.toNanos(500);

    private final ThreadPoolExecutor threads;
    private final LongSupplier ticker;

    /** The wait of most reads; a duration that need not be made for each. */
    private final Duration usual;

    private final long usualNanos;

    Acquirer(String router, RouterOptions options) {
        this.ticker = options.ticker();
        this.usual = options.reading().acquireTimeout();
        this.usualNanos = usual.toNanos();
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

    /** A connection within the time from now on, for a read. The number of threads that wait is bounded by each node's {@code waiting()}. */
    Connection within(Node node, long nanos, long now) throws SQLException {
        Connection connection = connection(node, nanos, now);
        node.taken(now);
        return connection;
    }

    private Connection connection(Node node, long nanos, long now) throws SQLException {
        TimedPool timed = timed(node, nanos, now);
        if (timed != null) {
            return own(node, timed, nanos);
        }
        if (node.poolTimeoutNanos() <= nanos) {
            return own(node);
        }
        long end = System.nanoTime() + nanos;
        if (!enter(node, nanos)) {
            throw new SQLTransientConnectionException(
                    node + ": too many readers wait for its pool already (" + node.poolInWords() + ")");
        }
        long left = Math.max(1, end - System.nanoTime());
        Connection connection = await(node, asked(node, node.waiting(), end), left, () -> true);
        return Objects.requireNonNull(connection);
    }

    /** A place among those whose threads wait. Where connections lie idle, those before are served in a moment. */
    private static boolean enter(Node node, long nanos) throws SQLException {
        try {
            return node.waiting().tryAcquire()
                    || (node.mayHaveIdle() && node.waiting().tryAcquire(nanos, TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            throw interrupted(node);
        }
    }

    /**
     * A connection within the time, for a unit that may write; null as soon as the node takes no writes any more. When very many wait already, one
     * more does not look whether it does; and if the pool can't be told how long to wait, it waits as long as the pool lets it.
     */
    @Nullable Connection forWriter(Node node, long nanos, BooleanSupplier takesWrites) throws SQLException {
        long now = ticker.getAsLong();
        Connection connection = forWriter(node, nanos, now, takesWrites);
        if (connection != null) {
            node.taken(now);
        }
        return connection;
    }

    private @Nullable Connection forWriter(Node node, long nanos, long now, BooleanSupplier takesWrites)
            throws SQLException {
        TimedPool timed = timed(node, Math.min(nanos, LONGEST_TRIAL), now);
        long end = System.nanoTime() + nanos;
        long left = nanos;
        if (timed != null) {
            try {
                return own(node, timed, Math.min(nanos, LOOK_NANOS));
            } catch (SQLException full) { // pools say it in one way or another
                left = end - System.nanoTime();
                if (left <= 0
                        || Failures.lostConnection(full)
                        || Thread.currentThread().isInterrupted()) {
                    throw full;
                }
            }
            if (!takesWrites.getAsBoolean()) {
                return null;
            }
        } else if (node.poolTimeoutNanos() <= nanos) {
            return own(node);
        }
        if (!node.writersWaiting().tryAcquire()) {
            TimedPool told = node.timed();
            return told != null && told.able() ? own(node, told, left) : own(node);
        }
        return await(node, asked(node, node.writersWaiting(), end), left, takesWrites);
    }

    /** The node's pool if the caller may itself wait there, and be kept for so long by a node that hangs; else null. */
    private static @Nullable TimedPool timed(Node node, long nanos, long now) {
        TimedPool timed = node.timed();
        return timed != null
                        && timed.able()
                        && (node.lively(now) || timed.longestTrial().toNanos() <= nanos)
                ? timed
                : null;
    }

    private Connection own(Node node, TimedPool timed, long nanos) throws SQLException {
        try {
            return timed.connection(nanos == usualNanos ? usual : Duration.ofNanos(nanos));
        } catch (SQLException failure) {
            throw ofPool(node, failure);
        } catch (RuntimeException failure) {
            throw failed(node, failure);
        }
    }

    private static Connection own(Node node) throws SQLException {
        try {
            return node.spec().dataSource().getConnection();
        } catch (SQLException failure) {
            throw ofPool(node, failure);
        } catch (RuntimeException failure) {
            throw failed(node, failure);
        }
    }

    /**
     * When its time is up, a pool may say why it could not grow (HikariCP: as the cause, whose state it takes over). As long as it has connections
     * lent, that is no reason to take the node for lost: it is said, but so that nobody does.
     */
    private static SQLException ofPool(Node node, SQLException failure) {
        if (!(failure instanceof SQLTransientException) || !Failures.lostConnection(failure) || !node.lends()) {
            return failure;
        }
        SQLException full = new SQLTransientConnectionException(
                node + ": no connection (" + node.poolInWords() + "): " + failure.getMessage());
        full.addSuppressed(failure);
        return full;
    }

    private static SQLException failed(Node node, Throwable failure) {
        return new SQLTransientConnectionException(node + ": " + failure, failure);
    }

    private static SQLException interrupted(Node node) {
        Thread.currentThread().interrupt();
        return new SQLTransientConnectionException(node + ": interrupted while waiting for a connection");
    }

    private CompletableFuture<Connection> asked(Node node, Semaphore place, long end) {
        CompletableFuture<Connection> arrival = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    deliver(node, arrival, end);
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
            throw interrupted(node);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SQLException failure
                    ? failure
                    : failed(node, Objects.requireNonNullElse(e.getCause(), e));
        }
    }

    /** A pool that can be told keeps the thread no longer than anybody waits for it. */
    private void deliver(Node node, CompletableFuture<Connection> arrival, long end) {
        Connection connection;
        try {
            TimedPool timed = node.timed();
            connection =
                    timed != null && timed.able() ? own(node, timed, Math.max(1, end - System.nanoTime())) : own(node);
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
