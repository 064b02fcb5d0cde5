package dev.headroom.router;

import dev.headroom.config.Checks;

/**
 * How full a connection pool is at one moment.
 *
 * @param active connections lent
 * @param idle connections open and free
 * @param waiting callers that wait for one
 * @param maximum most connections it may open
 */
public record PoolUsage(int active, int idle, int waiting, int maximum) {
    /** Checks the maximum. */
    public PoolUsage {
        Checks.atLeast("maximum", maximum, 1);
    }

    /** Closeness to the limit: 1 when all are lent, more when callers wait. */
    public double pressure() {
        return (active + waiting) / (double) maximum;
    }
}
