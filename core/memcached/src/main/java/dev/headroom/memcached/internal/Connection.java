package dev.headroom.memcached.internal;

import dev.headroom.memcached.MemcachedOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import net.spy.memcached.ConnectionObserver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one node's client to life in the background: resolves the name, again every second while it is unknown, and connects.
 *
 * <p>spymemcached cancels operations that come before its first connection stands, so operations wait until the first attempt is
 * settled: connected, failed, or taking longer than {@link #FIRST_CONNECT}. Afterwards it reconnects by itself.
 */
final class Connection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final Duration FIRST_CONNECT = Duration.ofSeconds(1);
    private static final Duration RESOLVE_AGAIN = Duration.ofSeconds(1);

    private final NodeAddress address;
    private final MemcachedOptions options;
    private final Workers workers;
    private final Runnable onConnected;
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable SpyClient client;
    private volatile String trouble = "not connected yet";
    private final AtomicLong number = new AtomicLong();
    private volatile boolean heard;
    private volatile boolean closed;

    Connection(NodeAddress address, MemcachedOptions options, Workers workers, Runnable onConnected) {
        this.address = address;
        this.options = options;
        this.workers = workers;
        this.onConnected = onConnected;
    }

    void open() {
        workers.connect(this::connect);
        workers.after(FIRST_CONNECT.toNanos(), this::settle);
    }

    /** The client, null while there is none. */
    @Nullable SpyClient client() {
        return client;
    }

    /** Another one after every loss of the connection. */
    long number() {
        return number.get();
    }

    /** Why there is no client. */
    String trouble() {
        return trouble;
    }

    /** Runs work now, or as soon as the first attempt to connect is settled. */
    void whenSettled(Runnable work) {
        if (settled.isDone()) {
            work.run();
        } else {
            settled.thenRun(work);
        }
    }

    private void settle() {
        settled.complete(null);
    }

    /** The I/O thread may be faster than the constructor that begot it: settled is only what has a client. */
    private void heard() {
        heard = true;
        if (client != null) {
            settle();
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        InetSocketAddress resolved = new InetSocketAddress(address.host(), address.port());
        if (resolved.isUnresolved()) {
            trouble(address.host() + " is an unknown host");
            return;
        }
        lock.lock();
        try {
            if (!closed) {
                client = new SpyClient(resolved, options, new Observer());
                if (heard) {
                    settle();
                }
            }
        } catch (IOException failed) {
            trouble("can't open a connection: " + failed.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private void trouble(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            LOG.warn("memcached: node {}: {}; trying again every {}", address, what, RESOLVE_AGAIN);
        }
        settle();
        workers.after(RESOLVE_AGAIN.toNanos(), () -> workers.connect(this::connect));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            trouble = "closed";
            SpyClient open = client;
            client = null;
            if (open != null) {
                open.shutdown();
            }
        } finally {
            lock.unlock();
        }
        settle();
    }

    /** Hears of the connection on the I/O thread. */
    private final class Observer implements ConnectionObserver {
        private volatile boolean lost;

        @Override
        public void connectionEstablished(SocketAddress to, int reconnects) {
            LOG.info("memcached: node {}: connected", address);
            number.incrementAndGet();
            lost = false;
            heard();
            onConnected.run();
        }

        @Override
        public void connectionLost(SocketAddress to) {
            if (!lost && !closed) {
                LOG.warn("memcached: node {}: no connection; reconnecting in the background", address);
            }
            lost = true;
            number.incrementAndGet();
            heard();
        }
    }
}
