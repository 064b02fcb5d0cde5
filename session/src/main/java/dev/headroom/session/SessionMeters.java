package dev.headroom.session;

/** The names of this module's meters. */
public final class SessionMeters {
    /** Timer of reads from the store; tag {@code result}: hit, miss, local, failed. */
    public static final String LOADS = "headroom.session.loads";

    /** Timer of writes to the store; tag {@code result}: stored, gone, local, failed. */
    public static final String SAVES = "headroom.session.saves";

    /** Counter of writes that had to be done again because another request was faster. */
    public static final String RETRIES = "headroom.session.retries";

    /** Counter of attributes that two requests set at the same time, of which one was lost. */
    public static final String CONFLICTS = "headroom.session.conflicts";

    /** Counter of attributes or sessions that could not be read and were taken as absent. */
    public static final String CORRUPT = "headroom.session.corrupt";

    /** Counter of sessions made. */
    public static final String CREATED = "headroom.session.created";

    /** Gauge, 1 while the store answers, else 0. */
    public static final String AVAILABLE = "headroom.session.available";

    private SessionMeters() {}
}
