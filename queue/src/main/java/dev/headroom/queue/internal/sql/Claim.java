package dev.headroom.queue.internal.sql;

/**
 * What to claim: at most {@code limit} jobs of one queue whose criticality is one of the bits of {@code criticalities}, by priority, then
 * the less sheddable, then the one that has been ready longest.
 */
public record Claim(long lease, int queue, int criticalities, int limit) {
    /** Whether jobs of this criticality are asked for. */
    public boolean takes(int criticality) {
        return (criticalities & 1 << criticality) != 0;
    }
}
