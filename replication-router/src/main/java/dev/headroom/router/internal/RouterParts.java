package dev.headroom.router.internal;

import dev.headroom.Contributions;
import dev.headroom.annotation.Advice;
import dev.headroom.annotation.Interceptor;
import dev.headroom.annotation.InterceptorSlot;
import dev.headroom.annotation.MethodSite;
import dev.headroom.config.Values;
import dev.headroom.health.HealthCheck;
import dev.headroom.load.LoadSignal;
import dev.headroom.router.NodeRole;
import dev.headroom.router.NodeState;
import dev.headroom.router.PoolUsage;
import dev.headroom.router.Positions;
import dev.headroom.router.ReadOnly;
import dev.headroom.router.RouteScope;
import dev.headroom.router.UsePrimary;
import dev.headroom.router.UseReplica;
import dev.headroom.router.servlet.ReadYourWritesFilter;
import dev.headroom.servlet.FilterSlot;
import dev.headroom.servlet.FilterSpec;
import java.lang.annotation.Annotation;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What the router gives to an application that it is plugged into. */
final class RouterParts {
    private static final int VALID_SECONDS = 1;
    private static final double SOFT_LAG_PRESSURE = 0.7;
    private static final double HIGHEST_LAG_PRESSURE = 1.2;

    private RouterParts() {}

    /** What is the same for all routers. */
    static void contributeAnnotations(Contributions to) {
        to.interceptor(new ScopeInterceptor<>(
                        ReadOnly.class,
                        annotation -> scope(RouteScope.readOnly(), annotation.maxStaleness(), annotation.retry())))
                .interceptor(new ScopeInterceptor<>(UsePrimary.class, annotation -> RouteScope.primary()))
                .interceptor(new ScopeInterceptor<>(
                        UseReplica.class,
                        annotation -> scope(replica(annotation.tag()), annotation.maxStaleness(), annotation.retry())));
    }

    static void contributeFilter(RouterOptions options, Positions positions, String name, Contributions to) {
        to.web(
                parts -> { // only where there are servlets are their classes there
                    RouterOptions.Sessions sessions = options.sessions();
                    ReadYourWritesFilter cookie =
                            ReadYourWritesFilter.of(positions, sessions.cookie(), positions.positionLife());
                    parts.filter(FilterSpec.of(
                            name + "-read-your-writes",
                            FilterSlot.READ_YOUR_WRITES,
                            sessions.httpSession() ? cookie.session() : cookie));
                });
    }

    /** What each router gives under its own name. */
    static void contributeOwn(Router router, Cluster cluster, RouterSensors sensors, Contributions to) {
        to.healthCheck(HealthCheck.required(router.name() + "-primary", () -> checkPrimary(cluster)));
        to.consolePanel(new RouterPanel(router, cluster, sensors));
        if (cluster.hasReplicasFor(Unit.READ)) {
            to.healthCheck(HealthCheck.optional(router.name() + "-replicas", () -> checkReplicas(cluster)));
        }
    }

    /** The worst of all. */
    static void contributeSignals(List<Cluster> clusters, Contributions to) {
        to.loadSignal(LoadSignal.of("router.pool", () -> worst(clusters, RouterParts::poolPressure)));
        if (clusters.stream().anyMatch(Cluster::replicated)) {
            to.loadSignal(LoadSignal.of("router.lag", () -> worst(clusters, RouterParts::lagPressure)));
            to.loadSignal(LoadSignal.of("router.latency", () -> worst(clusters, RouterParts::latencyPressure)));
        }
    }

    /** The highest of those that are known, NaN where none is. */
    private static double worst(List<Cluster> clusters, ToDoubleFunction<Cluster> pressure) {
        return clusters.stream()
                .mapToDouble(pressure)
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(Double.NaN);
    }

    private static RouteScope replica(String tag) {
        return tag.isEmpty() ? RouteScope.replica() : RouteScope.replica(tag);
    }

    private static RouteScope scope(RouteScope kind, String maxStaleness, boolean retry) {
        RouteScope scope = retry ? kind : kind.once();
        if (maxStaleness.equals("any") && kind.tag().isPresent()) {
            return scope.anyStaleness();
        }
        return maxStaleness.isEmpty() ? scope : scope.maxStaleness(Values.duration("maxStaleness", maxStaleness));
    }

    /** The primary says that it is one, or if nobody asks it regularly, gives a valid connection. */
    private static void checkPrimary(Cluster cluster) throws SQLException {
        Node primary = cluster.writable();
        if (cluster.replicated()) {
            if (primary == null || !cluster.up(primary) || primary.role() != NodeRole.PRIMARY) {
                throw new IllegalStateException("no node takes writes: " + Snapshots.of(cluster));
            }
            return;
        }
        try (Connection connection = cluster.primary().spec().dataSource().getConnection()) {
            if (!connection.isValid(VALID_SECONDS)) {
                throw new IllegalStateException(cluster.primary() + " gave a connection that is not valid");
            }
        }
    }

    private static void checkReplicas(Cluster cluster) {
        boolean any = cluster.nodes().stream()
                .anyMatch(
                        node -> node != cluster.primary() && node.serves(null) && cluster.state(node) == NodeState.UP);
        if (!any) {
            throw new IllegalStateException("no replica is fresh: " + Snapshots.of(cluster));
        }
    }

    /**
     * The lag of the slowest ordinary replica that answers. At most {@value #HIGHEST_LAG_PRESSURE}: lag asks writers in the background to hold back;
     * it is never a reason to refuse critical work, which is sent to other nodes.
     */
    private static double lagPressure(Cluster cluster) {
        double worst = Double.NaN;
        for (Node node : cluster.nodes()) {
            NodeState state = cluster.state(node);
            if (node != cluster.primary() && node.serves(null) && (state == NodeState.UP || state == NodeState.LATE)) {
                double pressure = lagPressure(
                        cluster.lagNanos(node),
                        cluster.options().softLimit(),
                        cluster.options().hardLimit());
                worst = Double.isNaN(worst) ? pressure : Math.max(worst, pressure);
            }
        }
        return worst;
    }

    /** How long the slowest ordinary node that answers takes to do so. Like lag, it is never a reason to refuse critical work. */
    private static double latencyPressure(Cluster cluster) {
        double worst = Double.NaN;
        for (Node node : cluster.nodes()) {
            if (cluster.up(node) && (node == cluster.primary() || node.serves(null))) {
                double pressure =
                        latencyPressure(node.latencyNanos(), cluster.options().probeTimeout());
                worst = Double.isNaN(worst) ? pressure : Math.max(worst, pressure);
            }
        }
        return worst;
    }

    /** 0.7 at a fifth of the time after which a node gets no more units, the highest at that time. */
    static double latencyPressure(long nanos, Duration timeout) {
        return lagPressure(nanos, timeout.dividedBy(5), timeout);
    }

    /** 0.7, from where background work slows down, at the soft limit; by the logarithm of the lag to the highest at the hard limit. */
    static double lagPressure(long lagNanos, Duration softLimit, Duration hardLimit) {
        double soft = softLimit.toNanos();
        double hard = hardLimit.toNanos();
        if (lagNanos >= hard) {
            return HIGHEST_LAG_PRESSURE;
        }
        return lagNanos <= soft
                ? SOFT_LAG_PRESSURE * lagNanos / soft
                : SOFT_LAG_PRESSURE
                        + (HIGHEST_LAG_PRESSURE - SOFT_LAG_PRESSURE)
                                * Math.log(lagNanos / soft)
                                / Math.log(hard / soft);
    }

    /** The fullest pool of those that tell. */
    private static double poolPressure(Cluster cluster) {
        double worst = Double.NaN;
        for (Node node : cluster.nodes()) {
            Supplier<PoolUsage> usage = node.spec().pool().orElse(null);
            if (usage != null) {
                double pressure = usage.get().pressure();
                worst = Double.isNaN(worst) ? pressure : Math.max(worst, pressure);
            }
        }
        return worst;
    }

    /** Runs annotated methods in the scope that their annotation stands for. */
    private record ScopeInterceptor<A extends Annotation>(Class<A> annotation, Function<A, RouteScope> scope)
            implements Interceptor<A> {
        @Override
        public InterceptorSlot slot() {
            return InterceptorSlot.ROUTE;
        }

        @Override
        @SuppressWarnings("NullAway") // a body may return null, as its type says
        public Advice compile(A annotation, MethodSite site) {
            RouteScope compiled = scope.apply(annotation);
            return invocation -> ReadAttempt.<@Nullable Object, Throwable>within(compiled, invocation::proceed);
        }
    }
}
