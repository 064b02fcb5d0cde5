package dev.headroom.router.internal;

import dev.headroom.router.ProbeSource;
import dev.headroom.router.spi.ReplicationDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks one node over and over, on a connection and a thread of its own, so that a node that hangs holds up nobody else. */
final class Probe implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(Probe.class);
    /** The least time between two probes that readers ask for. */
    private static final long LEAST_GAP = TimeUnit.MICROSECONDS.toNanos(500);

    /** How often is asked while nobody takes writes. */
    private static final long URGENT = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LEAST_GAP_WHEN_DEAD = TimeUnit.MILLISECONDS.toNanos(10);

    private final String router;
    private final Node node;
    private final ProbeSource source;
    private final RouterOptions.Probing options;
    private final LongSupplier ticker;
    private final ReplicationDialect dialect;
    private final boolean configuredPrimary;
    private final Listener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition wake = lock.newCondition();
    private boolean requested;
    private boolean closed;
    private volatile @Nullable Connection connection;

    /** Is told after every probe. */
    interface Listener {
        /** The node has answered, or failed to. */
        void probed(Node node, long nanos, boolean good);

        /** Whether writes go to the node, as far as all have been asked. */
        boolean elected(Node node);

        /** Whether news are waited for: nobody takes writes. */
        boolean urgent();
    }

    Probe(String router, Node node, ProbeSource source, RouterOptions options, boolean primary, Listener listener) {
        this.router = router;
        this.node = node;
        this.source = source;
        this.options = options.probing();
        this.ticker = options.ticker();
        this.dialect = options.dialect();
        this.configuredPrimary = primary;
        this.listener = listener;
    }

    /** Asks for a probe soon, instead of at the next regular time. */
    void request() {
        lock.lock();
        try {
            if (!requested) {
                requested = true;
                wake.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the thread, also from the middle of a probe. */
    void close() {
        lock.lock();
        try {
            closed = true;
            wake.signal();
        } finally {
            lock.unlock();
        }
        abort();
    }

    @Override
    public void run() {
        boolean good = true;
        while (waitForTurn()) {
            good = asked(good);
        }
        abort();
    }

    boolean of(Node other) {
        return node == other;
    }

    /** Whatever the application's meters or the dialect throw, or if memory runs short, the node is asked again. */
    private boolean asked(boolean wasGood) {
        try {
            return ask(wasGood);
        } catch (RuntimeException | Error failure) {
            log.error("router {}: a probe of node {} failed in an unexpected way", router, node, failure);
            abort();
            return false;
        }
    }

    private boolean ask(boolean wasGood) {
        long askedAt = ticker.getAsLong();
        node.asking(askedAt);
        boolean good = false;
        try {
            ReplicationDialect.Asked asked =
                    new ReplicationDialect.Asked(node.name(), configuredPrimary, listener.elected(node));
            node.answered(new Node.Seen(dialect.probe(asked, open()), askedAt, ticker.getAsLong()));
            good = true;
        } catch (SQLException | RuntimeException | Error failure) {
            abort();
            boolean silent = Failures.silence(failure);
            boolean lost = Failures.lostConnection(failure) && !silent;
            boolean refused = !lost && !silent && failure instanceof SQLException told && told.getSQLState() != null;
            node.failed(describe(failure), lost, refused, askedAt);
            if (wasGood && lost) {
                node.evictAll();
            }
            if (wasGood && !isClosed()) {
                log.warn("router {}: node {} does not answer: {}", router, node, describe(failure));
            }
        }
        if (good && !wasGood) {
            log.info("router {}: node {} answers again", router, node);
        }
        listener.probed(node, ticker.getAsLong() - askedAt, good);
        return good;
    }

    private Connection open() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = source.open(options.timeout());
            connection = open;
            open.setNetworkTimeout(
                    Runnable::run, (int) Math.max(1, options.timeout().toMillis()));
        }
        return open;
    }

    /** Closes without a word to the server, which may not listen. */
    private void abort() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException e) {
                log.debug("router {}: could not abort the probe of {}", router, node, e);
            }
        }
    }

    private boolean waitForTurn() {
        lock.lock();
        try {
            long every = options.every().toNanos();
            long regular = !node.asked() ? 0 : listener.urgent() ? Math.min(every, URGENT) : every;
            long least = node.lastFailure() == null ? LEAST_GAP : LEAST_GAP_WHEN_DEAD;
            long ended = System.nanoTime();
            long left = requested ? Math.min(least, regular) : regular;
            while (left > 0 && !closed) {
                long unused = wake.awaitNanos(left);
                left = (requested ? Math.min(least, regular) : regular) - (System.nanoTime() - ended);
            }
            requested = false;
            return !closed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    private static String describe(Throwable failure) {
        return failure instanceof SQLException sql && sql.getSQLState() != null
                ? sql.getSQLState() + " " + sql.getMessage()
                : String.valueOf(failure.getMessage());
    }
}
