package dev.headroom.load;

/**
 * How much it matters that a piece of work is done now; decides what is slowed down and refused first under load.
 *
 * <p>The four values and their names are those of <em>Site Reliability Engineering</em> (Beyer et al., 2016), chapter 21. A request is
 * {@link #CRITICAL} unless it says otherwise, a job {@link #SHEDDABLE_PLUS}. Ordered from least to most sheddable.
 */
public enum Criticality {
    /** Its loss is a severe, user-visible outage; refused last. */
    CRITICAL_PLUS,
    /** Its loss is user-visible; the default of requests. */
    CRITICAL,
    /** Partial unavailability is expected, as for a job that is retried; the default of jobs. */
    SHEDDABLE_PLUS,
    /** May be refused often, as for bulk and migration work. */
    SHEDDABLE;

    /** Whether this is to be shed before the other. */
    public boolean shedsBefore(Criticality other) {
        return compareTo(other) > 0;
    }
}
