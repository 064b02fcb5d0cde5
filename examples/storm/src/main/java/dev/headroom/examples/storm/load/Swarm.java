package dev.headroom.examples.storm.load;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Thousands of keep-alive connections, driven by the one thread that calls it: a thread for each would take the time of
 * the very site it is to measure. Not thread-safe.
 *
 * <pre>{@code
 * try (Swarm swarm = new Swarm(listener, Duration.ofSeconds(30))) {
 *     WebConnection connection = swarm.open(URI.create("http://localhost:8080"));
 *     connection.ask(new Ask("/", System.nanoTime()));
 *     swarm.finish();
 * }
 * }</pre>
 */
public final class Swarm implements AutoCloseable {
    private static final int BUFFER = 256 << 10;
    private static final long SWEEP = TimeUnit.MILLISECONDS.toNanos(250);

    private final Selector selector;
    private final SwarmListener listener;
    private final long patience;
    private final List<WebConnection> connections = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private long nextSweep = System.nanoTime();

    /**
     * A swarm without connections.
     *
     * @param patience how long a request may be under way, and a connection take to be made
     */
    public Swarm(SwarmListener listener, Duration patience) throws IOException {
        this.selector = Selector.open();
        this.listener = listener;
        this.patience = patience.toNanos();
    }

    /** Begins a connection. */
    public WebConnection open(URI instance) {
        WebConnection connection = new WebConnection(selector, listener, instance);
        connections.add(connection);
        connection.connect();
        return connection;
    }

    /** All connections, also those that the site has closed. */
    public List<WebConnection> connections() {
        return connections;
    }

    /** How many requests wait or are under way. */
    public int pending() {
        return connections.stream().mapToInt(WebConnection::pending).sum();
    }

    /** Moves everything forward until a time on {@link System#nanoTime()}'s clock. */
    public void runUntil(long nanoTime) throws IOException {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            turn(left);
        }
    }

    /** Moves everything forward until all requests are answered or given up. */
    public void finish() throws IOException {
        while (pending() > 0) {
            turn(SWEEP);
        }
    }

    private void turn(long nanos) throws IOException {
        // below a millisecond it does not wait: the next request is about due
        long millis = Math.min(TimeUnit.NANOSECONDS.toMillis(nanos), TimeUnit.NANOSECONDS.toMillis(SWEEP));
        if (millis > 0) {
            selector.select(this::ready, millis);
        } else {
            selector.selectNow(this::ready);
        }
        long now = System.nanoTime();
        if (now - nextSweep >= 0) {
            nextSweep = now + SWEEP;
            connections.forEach(connection -> connection.giveUp(now - patience));
        }
    }

    private void ready(SelectionKey key) {
        ((WebConnection) key.attachment()).ready(key, buffer);
    }

    /** Closes all connections. */
    @Override
    public void close() throws IOException {
        connections.forEach(WebConnection::close);
        selector.close();
    }
}
