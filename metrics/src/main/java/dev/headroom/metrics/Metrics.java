package dev.headroom.metrics;

import com.codahale.metrics.MetricRegistry;
import dev.headroom.Component;
import dev.headroom.Contributions;
import dev.headroom.config.Checks;
import dev.headroom.metrics.internal.MetricsPanel;
import dev.headroom.metrics.internal.StatsD;
import dev.headroom.metrics.internal.TimedInterceptor;
import dev.headroom.metrics.servlet.PrometheusServlet;
import dev.headroom.metrics.servlet.RequestMetricsFilter;
import dev.headroom.servlet.EndpointSpec;
import dev.headroom.servlet.FilterSlot;
import dev.headroom.servlet.FilterSpec;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measurements of a whole application: all components write to one Dropwizard registry, requests and {@link Timed} methods are
 * measured, and the registry goes out to StatsD and Prometheus.
 *
 * <p>When plugged in it gives the meters and readings, the request filter, the interceptor for {@link Timed}, a console panel and, if
 * asked for, the endpoint {@code /metrics}. Thread-safe.
 *
 * <pre>{@code
 * Metrics metrics = Metrics.builder().statsd("statsd.internal", 8125).prometheus("/metrics").build();
 * Headroom headroom = Headroom.builder("shop").plug(metrics).build();
 * }</pre>
 */
public final class Metrics implements Component {
    private static final Logger log = LoggerFactory.getLogger(Metrics.class);
    private static final int MOST_NAMED = 100;

    private final DropwizardMeters meters;
    private final RouteNamer routes;
    private final @Nullable String prometheusPath;
    private final @Nullable StatsD statsd;
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    private Metrics(Builder options) {
        meters = DropwizardMeters.on(options.registry);
        routes = options.routes;
        prometheusPath = options.prometheusPath;
        registerJvm();
        InetSocketAddress server = options.statsd;
        statsd = server == null
                ? null
                : new StatsD(
                        meters.registry(),
                        server,
                        options.prefix.isEmpty() ? "" : options.prefix + ".",
                        options.interval,
                        () -> meters.counter(MetricsMeters.STATSD_DROPPED),
                        this::unreadable);
    }

    /** A builder with a registry of its own, and no exporter. */
    public static Builder builder() {
        return new Builder();
    }

    /** The meters, which are also the readings. */
    public DropwizardMeters meters() {
        return meters;
    }

    @Override
    public String name() {
        return "metrics";
    }

    @Override
    public void contribute(Contributions to) {
        to.meters(meters)
                .readings(meters)
                .interceptor(new TimedInterceptor(meters))
                .consolePanel(new MetricsPanel(meters))
                .web(parts -> {
                    parts.filter(FilterSpec.of(
                            "headroom-request-metrics",
                            FilterSlot.REQUEST_METRICS,
                            new RequestMetricsFilter(meters, routes)));
                    if (prometheusPath != null) {
                        parts.endpoint(EndpointSpec.of(
                                "headroom-prometheus",
                                new PrometheusServlet(
                                        () -> meters.registry().getMetrics(), meters::series, this::unreadable),
                                prometheusPath));
                    }
                });
    }

    /** Counts each, and names each once. */
    private void unreadable(String metric, RuntimeException failure) {
        meters.counter(MetricsMeters.UNREADABLE).increment();
        if (unreadable.size() < MOST_NAMED && unreadable.add(metric)) {
            log.warn("metrics: {} can't be read and is left out: {}", metric, failure.toString());
        }
    }

    private void registerJvm() {
        meters.gauge(
                MetricsMeters.HEAP,
                () -> ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        meters.gauge(
                MetricsMeters.THREADS, () -> ManagementFactory.getThreadMXBean().getThreadCount());
        meters.gauge(
                MetricsMeters.GC,
                () -> ManagementFactory.getGarbageCollectorMXBeans().stream()
                                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                                .sum()
                        / 1000.0);
    }

    /** Sends the last counts and stops sending. */
    @Override
    public void close() {
        if (statsd != null) {
            statsd.close();
        }
    }

    /** Options of metrics. Not thread-safe. */
    public static final class Builder {
        private MetricRegistry registry = new MetricRegistry();
        private RouteNamer routes = RouteNamer.mapping();
        private @Nullable InetSocketAddress statsd;
        private String prefix = "";
        private Duration interval = Duration.ofSeconds(10);
        private @Nullable String prometheusPath;

        private Builder() {}

        /** The registry everything is in. Default: a new one. */
        public Builder registry(MetricRegistry registry) {
            this.registry = Checks.present("registry", registry);
            return this;
        }

        /** How routes are named. Default: {@link RouteNamer#mapping()}. */
        public Builder routes(RouteNamer routes) {
            this.routes = Checks.present("routes", routes);
            return this;
        }

        /** Sends to this StatsD server. Default: to none. */
        public Builder statsd(String host, int port) {
            this.statsd = InetSocketAddress.createUnresolved(
                    Checks.notBlank("statsd.host", host), Checks.between("statsd.port", port, 1, 65_535));
            return this;
        }

        /** What StatsD names begin with, such as {@code shop.web1}. Default: nothing. */
        public Builder prefix(String prefix) {
            this.prefix = Checks.name("prefix", prefix);
            return this;
        }

        /** How often measurements are sent. Default: 10 s. */
        public Builder interval(Duration interval) {
            this.interval = Checks.positive("interval", interval);
            return this;
        }

        /** Serves Prometheus' text format here, to everybody who can reach the path. Default: nowhere. */
        public Builder prometheus(String path) {
            Checks.that(
                    path != null && path.startsWith("/") && path.length() > 1,
                    "prometheus",
                    path,
                    "a path such as /metrics");
            this.prometheusPath = path;
            return this;
        }

        /** The metrics, sending if asked to. */
        public Metrics build() {
            return new Metrics(this);
        }
    }
}
