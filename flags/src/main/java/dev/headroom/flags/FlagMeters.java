package dev.headroom.flags;

/** The names of this module's meters. */
public final class FlagMeters {
    /** Counter, tag {@code flag}: answers that were on. */
    public static final String ON = "headroom.flags.on";

    /** Counter, tag {@code flag}: answers that were off. */
    public static final String OFF = "headroom.flags.off";

    /** Counter, tag {@code flag}: answers that were off because of load. */
    public static final String SHED = "headroom.flags.shed";

    /** Counter, tag {@code flag}: questions about a share of users without a user; answered off. */
    public static final String NO_SUBJECT = "headroom.flags.no.subject";

    /** Counter: changes of rules that took effect. */
    public static final String CHANGES = "headroom.flags.changes";

    /** Counter: reloads that failed; the last good rules stayed. */
    public static final String RELOAD_FAILURES = "headroom.flags.reload.failures";

    private FlagMeters() {}
}
