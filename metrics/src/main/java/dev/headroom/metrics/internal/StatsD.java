package dev.headroom.metrics.internal;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Histogram;
import com.codahale.metrics.Metric;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import com.codahale.metrics.Timer;
import dev.headroom.meter.Counter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a registry to a StatsD server over UDP, once an interval: counts as {@code |c}, gauges as {@code |g}, recent quantiles of
 * timers as gauges in milliseconds.
 *
 * <p>The protocol is that of <a href="https://github.com/statsd/statsd/blob/master/docs/metric_types.md">StatsD's metric types</a>.
 * Lines are gathered into datagrams of at most {@value #DATAGRAM} bytes, which pass an Ethernet frame whole. Requests never wait for
 * it: they only touch the registry.
 */
public final class StatsD implements AutoCloseable {
    /** The most bytes of a datagram. */
    public static final int DATAGRAM = 1_432;

    private static final Logger log = LoggerFactory.getLogger(StatsD.class);
    private static final double MILLIS = 1e-6;

    private final MetricRegistry registry;
    private final InetSocketAddress server;
    private final String prefix;
    private final Supplier<Counter> dropped;
    private final BiConsumer<String, RuntimeException> unreadable;
    private final Map<String, Long> sent = new HashMap<>();
    private final ScheduledExecutorService timer;
    private final ByteBuffer datagram = ByteBuffer.allocate(DATAGRAM);
    private boolean warned;

    /**
     * Starts sending.
     *
     * @param server looked up anew for each interval, so that a move of the server is followed
     * @param unreadable told of a metric that can't be read; the others are sent
     * @param prefix put before all names, with a dot at its end unless it is empty
     */
    public StatsD(
            MetricRegistry registry,
            InetSocketAddress server,
            String prefix,
            Duration interval,
            Supplier<Counter> dropped,
            BiConsumer<String, RuntimeException> unreadable) {
        this.registry = registry;
        this.server = server;
        this.prefix = prefix;
        this.dropped = dropped;
        this.unreadable = unreadable;
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "headroom-statsd-1");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(this::report, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void report() {
        try (DatagramChannel channel = DatagramChannel.open()) {
            InetSocketAddress address = new InetSocketAddress(server.getHostString(), server.getPort());
            if (address.isUnresolved()) {
                throw new IOException("the host " + server.getHostString() + " is not known");
            }
            channel.configureBlocking(false);
            for (Map.Entry<String, Metric> entry : registry.getMetrics().entrySet()) {
                try {
                    lines(channel, address, prefix + entry.getKey(), entry.getValue());
                } catch (RuntimeException e) {
                    unreadable.accept(entry.getKey(), e);
                }
            }
            flush(channel, address);
            recovered();
        } catch (IOException | RuntimeException e) {
            datagram.clear();
            failed(e);
        }
    }

    private void lines(DatagramChannel channel, SocketAddress address, String name, Metric metric) throws IOException {
        if (metric instanceof Counting counting) {
            long count = counting.getCount();
            long delta = count - sent.getOrDefault(name, 0L);
            if (delta != 0) {
                line(channel, address, name + ":" + delta + "|c");
                sent.put(name, count);
            }
        }
        if (metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number number) {
            gauge(channel, address, name, number.doubleValue());
        } else if (metric instanceof Timer timed) {
            quantiles(channel, address, name, timed.getSnapshot(), MILLIS);
        } else if (metric instanceof Histogram histogram) {
            quantiles(channel, address, name, histogram.getSnapshot(), 1);
        }
    }

    private void quantiles(DatagramChannel channel, SocketAddress address, String name, Snapshot recent, double unit)
            throws IOException {
        if (recent.size() > 0) {
            gauge(channel, address, name + ".p50", recent.getMedian() * unit);
            gauge(channel, address, name + ".p99", recent.get99thPercentile() * unit);
            gauge(channel, address, name + ".max", recent.getMax() * unit);
        }
    }

    private void gauge(DatagramChannel channel, SocketAddress address, String name, double value) throws IOException {
        if (Double.isFinite(value)) {
            // A sign would make it a change of the gauge and not its value: a negative one goes through zero.
            if (value < 0) {
                line(channel, address, name + ":0|g");
            }
            line(channel, address, name + ":" + decimal(value) + "|g");
        }
    }

    private static String decimal(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, "%.4f", value);
    }

    private void line(DatagramChannel channel, SocketAddress address, String line) throws IOException {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > DATAGRAM) {
            dropped.get().increment();
            return;
        }
        if (datagram.position() > 0 && datagram.remaining() < bytes.length + 1) {
            flush(channel, address);
        }
        if (datagram.position() > 0) {
            datagram.put((byte) '\n');
        }
        datagram.put(bytes);
    }

    private void flush(DatagramChannel channel, SocketAddress address) throws IOException {
        if (datagram.position() == 0) {
            return;
        }
        datagram.flip();
        try {
            if (channel.send(datagram, address) == 0) {
                dropped.get().increment();
            }
        } finally {
            datagram.clear();
        }
    }

    private void failed(Exception e) {
        dropped.get().increment();
        if (!warned) {
            warned = true;
            log.warn("statsd: measurements can't be sent to {} and are dropped: {}", server, e.toString());
        }
    }

    private void recovered() {
        if (warned) {
            warned = false;
            log.info("statsd: measurements can be sent to {} again", server);
        }
    }

    /** Sends once more, so that the last counts are not lost, and stops. */
    @Override
    public void close() {
        if (timer.isShutdown()) {
            return;
        }
        timer.execute(this::report);
        timer.shutdown();
        try {
            if (!timer.awaitTermination(1, TimeUnit.SECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            timer.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
