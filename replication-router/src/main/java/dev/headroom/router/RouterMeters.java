package dev.headroom.router;

/** The names of the router's meters; all have the tag {@code router}. */
public final class RouterMeters {
    /** Counter by {@code node} and {@code kind} (read, write): units of work that were given a connection. */
    public static final String UNITS = "headroom.router.units";

    /** Counter by {@code reason}: reads that went to the primary because no replica could answer. */
    public static final String DIVERTED = "headroom.router.diverted";

    /** Counter: reads that a replica answered beyond the soft limit. */
    public static final String STALE = "headroom.router.stale";

    /** Counter: reads that a replica of another zone answered, because none of the own may. */
    public static final String OTHER_ZONE = "headroom.router.other-zone";

    /** Counter by {@code reason}: units that nobody could answer. */
    public static final String REFUSED = "headroom.router.refused";

    /** Timer by {@code node}: how long a read waited for a connection of its pool. */
    public static final String ACQUIRE = "headroom.router.acquire";

    /** Counter by {@code node}: units that got no connection of its pool, or none in time. */
    public static final String ACQUIRE_FAILURES = "headroom.router.acquire.failures";

    /** Timer by {@code node}: how long a probe took, failed ones included. */
    public static final String PROBE = "headroom.router.probe";

    /** Counter by {@code node}: probes that failed. */
    public static final String PROBE_FAILURES = "headroom.router.probe.failures";

    /** Gauge by {@code node}, seconds: an upper bound of its lag; NaN while unknown. */
    public static final String LAG = "headroom.router.lag";

    /** Gauge by {@code node}: units that hold one of its connections. */
    public static final String IN_FLIGHT = "headroom.router.in-flight";

    /** Gauge by {@code node}: units that were cut off and whose connections are not yet cut, because that hangs or waits for those that do. */
    public static final String CUTS_UNDONE = "headroom.router.cuts.undone";

    /** Counter: commits that told their position. */
    public static final String POSITIONS = "headroom.router.positions";

    /** Counter: writes that were refused in a read-only unit. */
    public static final String VIOLATIONS = "headroom.router.violations";

    /** Counter: reads that were aborted because their node stayed silent. */
    public static final String ABORTED = "headroom.router.aborted";

    /** Counter: connections thrown away: their session was changed or could not be put in order, they were lost, cut off or aborted. */
    public static final String EVICTED = "headroom.router.evicted";

    /** Counter: changes of the node that takes writes. */
    public static final String PROMOTIONS = "headroom.router.promotions";

    /** Timer: how long units that may write waited for a node that takes writes; only those that had to. */
    public static final String FAILOVER_WAIT = "headroom.router.failover.wait";

    /** Counter: read-only calls that were run again because a node failed them. */
    public static final String RETRIED = "headroom.router.retried";

    private RouterMeters() {}
}
