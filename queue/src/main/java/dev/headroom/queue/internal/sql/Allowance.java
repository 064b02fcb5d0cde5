package dev.headroom.queue.internal.sql;

/**
 * How much of a key may go on.
 *
 * @param running how many at once, 0 for any number
 * @param everyMicros the microseconds from one begin to the next, 0 for any rate
 * @param burst how many may begin at once that had not begun at their turn; at least 1
 */
public record Allowance(int running, long everyMicros, int burst) {
    /** So long before its turn a job may begin. */
    long headStartMicros() {
        return (burst - 1) * everyMicros;
    }
}
