package dev.headroom.testkit;

import dev.headroom.testkit.internal.Ports;
import dev.headroom.testkit.internal.proxy.ProxyLoop;
import dev.headroom.testkit.internal.proxy.ProxyMode;
import dev.headroom.testkit.internal.proxy.ProxyTraffic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A TCP proxy on a loopback port that makes the network between a client and a server bad.
 *
 * <p>At first it forwards. It can be slow ({@link #delay}, {@link #bandwidth}) and it can fail in three ways, until
 * {@link #restore}:
 *
 * <ul>
 *   <li>{@link #cut}: all connections are reset and new ones refused, as when the server's process is gone;
 *   <li>{@link #blackHole}: connections are accepted, whatever is sent is swallowed and nothing ever answers, as when the
 *       server's machine is gone;
 *   <li>{@link #stall}: nothing moves, and all goes on where it stopped once restored, as when the network is.
 * </ul>
 *
 * <p>One daemon thread serves all connections. Safe for use by several threads; a control has taken effect when it
 * returns.
 *
 * <pre>{@code
 * try (TcpProxy proxy = TcpProxy.to(memcached)) {
 *     client.connect(proxy.address());
 *     proxy.delay(Duration.ofMillis(50));
 *     proxy.cut();
 *     proxy.restore();
 * }
 * }</pre>
 */
public final class TcpProxy implements AutoCloseable {

    private static final int ATTEMPTS = 5;

    private final ProxyTraffic traffic = new ProxyTraffic();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ProxyLoop loop;

    private TcpProxy(InetSocketAddress target) throws IOException {
        this.loop = listen(target);
    }

    /**
     * Starts a proxy in front of a server.
     *
     * @throws UncheckedIOException if it can't listen
     */
    public static TcpProxy to(String host, int port) {
        try {
            return new TcpProxy(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new UncheckedIOException("could not start a proxy to " + host + ":" + port, e);
        }
    }

    /** Starts a proxy in front of a server of the test kit. */
    public static TcpProxy to(ServiceProcess server) {
        return to(server.host(), server.port());
    }

    /** The host to connect to: {@code 127.0.0.1}. */
    public String host() {
        return "127.0.0.1";
    }

    /** The port to connect to; it stays the same over {@link #cut} and {@link #restore}. */
    public int port() {
        return loop.port();
    }

    /** The address to connect to. */
    public InetSocketAddress address() {
        return new InetSocketAddress(host(), port());
    }

    /**
     * Lets everything the server sends arrive this much later, so that each round trip takes this much longer. What is
     * under way already is not affected.
     *
     * @param delay zero for none
     * @throws IllegalArgumentException if the delay is negative
     */
    public void delay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay: " + delay + " (expected: >= 0)");
        }
        loop.run(() -> loop.toClient().delay(delay));
    }

    /**
     * Limits how much passes in each direction, over all connections together.
     *
     * @param bytesPerSecond at least 1; {@link Long#MAX_VALUE} for no limit
     * @throws IllegalArgumentException if it is less than 1
     */
    public void bandwidth(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bandwidth: " + bytesPerSecond + " (expected: >= 1)");
        }
        loop.run(() -> {
            loop.toClient().bandwidth(bytesPerSecond);
            loop.toTarget().bandwidth(bytesPerSecond);
        });
    }

    /** Resets all connections and refuses new ones. */
    public void cut() {
        loop.mode(ProxyMode.CUT);
    }

    /** Swallows whatever is sent, over open connections and new ones; these are reset by {@link #restore}. */
    public void blackHole() {
        loop.mode(ProxyMode.BLACK_HOLE);
    }

    /** Holds everything; new connections are accepted by the kernel and wait. */
    public void stall() {
        loop.mode(ProxyMode.STALL);
    }

    /** Forwards again, with neither delay nor limit. */
    public void restore() {
        loop.run(() -> {
            loop.toClient().clear();
            loop.toTarget().clear();
        });
        loop.mode(ProxyMode.FORWARD);
    }

    /** How many connections were accepted so far. */
    public long connections() {
        return traffic.connections();
    }

    /** How many connections are open. */
    public int openConnections() {
        return traffic.openConnections();
    }

    /** How many bytes were forwarded to the server. */
    public long bytesToTarget() {
        return traffic.bytesToTarget();
    }

    /** How many bytes were forwarded to clients. */
    public long bytesToClient() {
        return traffic.bytesToClient();
    }

    /** How many times a client sent something after it had received something, or for the first time. */
    public long roundTrips() {
        return traffic.roundTrips();
    }

    /** Closes all connections and the port. */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            loop.close();
            Ports.release(loop.port());
        }
    }

    private ProxyLoop listen(InetSocketAddress target) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = Ports.free();
            try {
                return new ProxyLoop(
                        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
                        target,
                        traffic);
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
