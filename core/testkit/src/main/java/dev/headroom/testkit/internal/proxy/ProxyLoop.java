package dev.headroom.testkit.internal.proxy;

import dev.headroom.testkit.ServiceException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread of a proxy, with everything that only it touches. Others hand it tasks. */
public final class ProxyLoop {

    private static final Logger LOG = LoggerFactory.getLogger(ProxyLoop.class);
    private static final AtomicInteger THREADS = new AtomicInteger();
    private static final int BACKLOG = 1024;
    private static final int SCRATCH = 16 * 1024;
    private static final long PATIENCE_SECONDS = 30;

    private final InetSocketAddress address;
    private final InetSocketAddress target;
    private final ProxyTraffic traffic;
    private final Selector selector;
    private final Thread thread;
    private final Link toTarget = new Link();
    private final Link toClient = new Link();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Set<ProxyConnection> connections = new HashSet<>();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);

    private ProxyMode mode = ProxyMode.FORWARD;
    private @Nullable ServerSocketChannel listener;
    private volatile boolean stopped;

    /** Listens and starts the thread. */
    public ProxyLoop(InetSocketAddress address, InetSocketAddress target, ProxyTraffic traffic) throws IOException {
        this.address = address;
        this.target = target;
        this.traffic = traffic;
        this.selector = Selector.open();
        try {
            listen();
        } catch (IOException e) {
            selector.close();
            throw e;
        }
        this.thread = new Thread(this::serve, "headroom-testkit-proxy-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return address.getPort();
    }

    public Link toTarget() {
        return toTarget;
    }

    public Link toClient() {
        return toClient;
    }

    /** Changes the mode and returns when it has. */
    public void mode(ProxyMode next) {
        run(() -> {
            if (next == ProxyMode.CUT || mode == ProxyMode.BLACK_HOLE && next != mode) {
                connections.forEach(connection -> connection.close(true));
                connections.clear();
            }
            mode = next;
            try {
                listenAsTheModeWants();
            } catch (IOException e) {
                throw new ServiceException("the proxy can't listen on port " + port() + " again", e);
            }
            long now = System.nanoTime();
            Set.copyOf(connections).forEach(connection -> progress(connection, now));
        });
    }

    /** Runs a task on the thread and waits for its end. */
    public void run(Runnable task) {
        if (stopped) {
            throw new IllegalStateException("the proxy is closed");
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        selector.wakeup();
        await(done);
    }

    /** Closes everything and waits for the thread to end. */
    public void close() {
        stopped = true;
        selector.wakeup();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve() {
        try {
            while (!stopped) {
                selector.select(millisUntilDue());
                runTasks();
                handleReadyChannels();
                handleDueConnections();
            }
        } catch (IOException e) {
            LOG.error("testkit: proxy on port {} failed", port(), e);
        } finally {
            stopped = true;
            connections.forEach(connection -> connection.close(true));
            closeQuietly(listener);
            closeQuietly(selector);
            runTasks();
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void handleReadyChannels() {
        long now = System.nanoTime();
        for (SelectionKey key : selector.selectedKeys()) {
            if (!key.isValid()) {
                continue;
            }
            if (key.attachment() instanceof ProxyConnection connection) {
                guarded(connection, () -> connection.ready(key, mode, scratch, now));
            } else {
                accept();
            }
        }
        selector.selectedKeys().clear();
    }

    private void handleDueConnections() {
        if (mode != ProxyMode.FORWARD) {
            return;
        }
        long now = System.nanoTime();
        List<ProxyConnection> due = connections.stream()
                .filter(connection -> connection.due() != Long.MAX_VALUE && connection.due() - now <= 0)
                .toList();
        due.forEach(connection -> progress(connection, now));
    }

    private void accept() {
        ServerSocketChannel from = listener;
        try {
            SocketChannel client = from == null ? null : from.accept();
            if (client == null) {
                return;
            }
            ProxyConnection connection = new ProxyConnection(client, selector, toTarget, toClient, traffic);
            connections.add(connection);
            guarded(connection, () -> {
                if (mode != ProxyMode.BLACK_HOLE) {
                    connection.connect(target);
                }
                connection.progress(mode, System.nanoTime());
            });
        } catch (IOException e) {
            LOG.warn("testkit: proxy on port {} could not accept: {}", port(), e.toString());
        }
    }

    private void progress(ProxyConnection connection, long now) {
        guarded(connection, () -> connection.progress(mode, now));
    }

    /** A connection that fails is reset on both sides, as its peers would see it without a proxy. */
    private void guarded(ProxyConnection connection, Step step) {
        try {
            step.run();
        } catch (IOException e) {
            connection.close(true);
        }
        if (connection.closed()) {
            connections.remove(connection);
        }
    }

    private void listenAsTheModeWants() throws IOException {
        if (mode == ProxyMode.CUT) {
            closeQuietly(listener);
            listener = null;
            // the port is free only when the selector has let go of the channel
            selector.selectNow();
        } else {
            ServerSocketChannel current = listener == null ? listen() : listener;
            current.keyFor(selector).interestOps(mode == ProxyMode.STALL ? 0 : SelectionKey.OP_ACCEPT);
        }
    }

    private ServerSocketChannel listen() throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(address, BACKLOG);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_ACCEPT);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        listener = channel;
        return channel;
    }

    /** Zero, for the selector, is for ever. */
    private long millisUntilDue() {
        if (mode != ProxyMode.FORWARD) {
            return 0;
        }
        long next = Long.MAX_VALUE;
        for (ProxyConnection connection : connections) {
            next = Math.min(next, connection.due());
        }
        if (next == Long.MAX_VALUE) {
            return 0;
        }
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(next - System.nanoTime()));
    }

    private void await(CompletableFuture<Void> done) {
        try {
            done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceException("interrupted while the proxy changes", e);
        } catch (TimeoutException e) {
            throw new ServiceException("the proxy on port " + port() + " does not answer", e);
        } catch (ExecutionException e) {
            throw new ServiceException("the proxy on port " + port() + " failed", e.getCause());
        }
    }

    private static void closeQuietly(@Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            LOG.debug("testkit: proxy: {}", e.toString());
        }
    }

    /** A step of a connection. */
    private interface Step {
        void run() throws IOException;
    }
}
