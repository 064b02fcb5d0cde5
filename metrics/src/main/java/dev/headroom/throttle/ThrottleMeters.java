package dev.headroom.throttle;

/** The names of the meters that gates write. */
public final class ThrottleMeters {
    /** Counter, tags {@code gate}, {@code criticality}: let in. */
    public static final String ADMITTED = "headroom.throttle.admitted";

    /** Counter, tags {@code gate}, {@code criticality}, {@code cause} ({@code limit}, {@code load}): refused. */
    public static final String REFUSED = "headroom.throttle.refused";

    /** Counter, tags as {@link #REFUSED}: let in only because the gate observes. */
    public static final String OBSERVED = "headroom.throttle.observed";

    /** Gauge, tag {@code gate}: how much may be in flight. */
    public static final String LIMIT = "headroom.throttle.limit";

    /** Gauge, tag {@code gate}: how much is in flight. */
    public static final String IN_FLIGHT = "headroom.throttle.in.flight";

    private ThrottleMeters() {}
}
