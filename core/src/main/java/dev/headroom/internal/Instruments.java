package dev.headroom.internal;

import dev.headroom.CoreMeters;
import dev.headroom.health.CheckResult;
import dev.headroom.health.Health;
import dev.headroom.load.LoadFeedback;
import dev.headroom.meter.Meters;
import java.util.List;

/** The gauges of core itself. */
public final class Instruments implements AutoCloseable {
    private final List<Meters.Gauge> gauges;

    /** Registers the gauges. */
    public Instruments(Meters meters, InFlight inFlight, Health health, LoadFeedback load) {
        gauges = List.of(
                meters.gauge(CoreMeters.REQUESTS_IN_FLIGHT, inFlight::count),
                meters.gauge(CoreMeters.HEALTH_FAILING, () -> failing(health)),
                meters.gauge(CoreMeters.LOAD_PRESSURE, load::pressure));
    }

    @Override
    public void close() {
        gauges.forEach(Meters.Gauge::close);
    }

    // What was seen last, since a gauge may not wait for checks.
    private static double failing(Health health) {
        return health.lastResults().stream().filter(CheckResult::blocks).count();
    }
}
