package dev.headroom;

/** The names of the meters that core itself writes. */
public final class CoreMeters {
    /** Gauge: requests being served. */
    public static final String REQUESTS_IN_FLIGHT = "headroom.core.requests";

    /** Gauge: required health checks that failed when they were last run. */
    public static final String HEALTH_FAILING = "headroom.core.health.failing";

    /** Gauge: the highest pressure of all load signals. */
    public static final String LOAD_PRESSURE = "headroom.core.load.pressure";

    private CoreMeters() {}
}
