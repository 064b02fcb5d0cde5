package dev.headroom.metrics;

/** The names of this module's own meters. */
public final class MetricsMeters {
    /** Timer, tags {@code route}, {@code status} (2xx …) and {@code outcome}: requests, seconds. */
    public static final String REQUESTS = "headroom.metrics.requests";

    /** Gauge: requests that are being served. */
    public static final String IN_FLIGHT = "headroom.metrics.requests.in.flight";

    /** Timer, tags {@code method} and {@code outcome}: calls of {@link Timed} methods, seconds. */
    public static final String CALLS = "headroom.metrics.calls";

    /** Counter: meters that came too late and were counted as {@code other}. */
    public static final String OVERFLOW = "headroom.metrics.overflow";

    /** Counter: StatsD datagrams that could not be sent. */
    public static final String STATSD_DROPPED = "headroom.metrics.statsd.dropped";

    /** Counter: reads of a metric that failed, so that an exporter left it out. */
    public static final String UNREADABLE = "headroom.metrics.unreadable";

    /** Gauge: heap in use, bytes. */
    public static final String HEAP = "headroom.metrics.jvm.heap.bytes";

    /** Gauge: live threads. */
    public static final String THREADS = "headroom.metrics.jvm.threads";

    /** Gauge: time spent in garbage collection since the start, seconds. */
    public static final String GC = "headroom.metrics.jvm.gc.seconds";

    private MetricsMeters() {}
}
