package dev.headroom.queue.internal.sql;

import org.jspecify.annotations.Nullable;

/**
 * What to claim: at most {@code limit} jobs of one queue whose criticality is one of the bits of {@code criticalities}, by priority, then
 * the less sheddable, then the one that has been ready longest.
 *
 * @param afterLane the lane after which the next turn is, of a queue whose lanes take turns; {@link #NO_TURNS} where they don't
 * @param pass where it need not look, and what it saw; null for a claim that looks everywhere
 */
public record Claim(long lease, int queue, int criticalities, int limit, int afterLane, Floors.@Nullable Pass pass) {
    /** The queue's lanes take no turns. */
    public static final int NO_TURNS = -1;

    /** Whether the queue's lanes take turns. */
    boolean inTurns() {
        return afterLane != NO_TURNS;
    }

    /** Whether jobs of this criticality are asked for. */
    public boolean takes(int criticality) {
        return (criticalities & 1 << criticality) != 0;
    }
}
