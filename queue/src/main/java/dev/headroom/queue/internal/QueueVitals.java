package dev.headroom.queue.internal;

import dev.headroom.Contributions;
import dev.headroom.health.HealthCheck;
import dev.headroom.load.LoadSignal;
import dev.headroom.meter.Meters;
import dev.headroom.queue.QueueLength;
import dev.headroom.queue.QueueMeters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a queue tells of itself without being asked: gauges, load signals and health checks. */
final class QueueVitals {
    /** The queue's signals stay below what would have requests refused: work that waits is no reason to turn users away. */
    static final double HIGHEST_PRESSURE = 1.2;

    private final Parts parts;
    private final Supplier<@Nullable Node> node;
    private final List<Meters.Gauge> gauges = new ArrayList<>();

    /** @param node null while the queue is not started here */
    QueueVitals(Parts parts, Supplier<@Nullable Node> node) {
        this.parts = parts;
        this.node = node;
    }

    void contribute(Contributions to) {
        String name = parts.options().name();
        to.healthCheck(HealthCheck.optional(name, this::checkHealth))
                .healthCheck(HealthCheck.optional(name + "-schedules", this::checkSchedules))
                .loadSignal(LoadSignal.of(name + ".backlog", this::backlogPressure))
                .loadSignal(LoadSignal.of(name + ".age", this::agePressure));
    }

    void connect(Meters meters) {
        for (String queue : parts.names().all()) {
            gauges.add(meters.gauge(QueueMeters.READY, () -> seen(queue, QueueLength::ready), "queue", queue));
            gauges.add(meters.gauge(QueueMeters.BLOCKED, () -> seen(queue, QueueLength::blocked), "queue", queue));
            gauges.add(meters.gauge(QueueMeters.DEAD, () -> seen(queue, QueueLength::dead), "queue", queue));
            gauges.add(meters.gauge(
                    QueueMeters.OLDEST_AGE,
                    () -> seen(queue, length -> length.oldestAge().toMillis() / 1e3),
                    "queue",
                    queue));
            gauges.add(meters.gauge(QueueMeters.BUSY, () -> busy(queue), "queue", queue));
            gauges.add(meters.gauge(QueueMeters.PAUSED, () -> paused(queue), "queue", queue));
        }
        for (String kind : parts.timers().kinds()) {
            gauges.add(meters.gauge(QueueMeters.SILENCE, () -> silence(kind), "job", kind));
        }
    }

    /** Takes the gauges out again. */
    void close() {
        gauges.forEach(Meters.Gauge::close);
        gauges.clear();
    }

    /** How many jobs of a queue run here. */
    int busy(String queue) {
        Node working = node.get();
        return working == null ? 0 : working.busy(queue);
    }

    private double silence(String kind) {
        Lengths.Seen seen = parts.lengths().known();
        Duration silence = seen == null ? null : seen.silence().get(kind);
        return silence == null ? Double.NaN : silence.toMillis() / 1e3;
    }

    private double seen(String queue, ToDoubleFunction<QueueLength> part) {
        Lengths.Seen seen = parts.lengths().known();
        return seen == null ? Double.NaN : part.applyAsDouble(seen.queues().getOrDefault(queue, QueueLength.EMPTY));
    }

    private double paused(String queue) {
        Lengths.Seen seen = parts.lengths().known();
        return seen == null ? Double.NaN : seen.paused().containsKey(queue) ? 1 : 0;
    }

    private double backlogPressure() {
        Lengths.Seen seen = parts.lengths().known();
        return seen == null
                ? Double.NaN
                : Math.min(
                        HIGHEST_PRESSURE,
                        (double) seen.begins().ready() / parts.options().targetBacklog());
    }

    private double agePressure() {
        Lengths.Seen seen = parts.lengths().known();
        return seen == null
                ? Double.NaN
                : Math.min(
                        HIGHEST_PRESSURE,
                        (double) seen.begins().oldestAge().toMillis()
                                / Math.max(1, parts.options().targetAge().toMillis()));
    }

    private void checkHealth() {
        Node working = node.get();
        if (working != null && !working.healthy()) {
            throw new IllegalStateException("node: not registered, or not seen by its database lately");
        }
    }

    private void checkSchedules() {
        List<String> silent = parts.store().call("ask its schedules", parts.timers()::tooLong);
        if (!silent.isEmpty()) {
            throw new IllegalStateException(String.join(", ", silent));
        }
    }
}
