package dev.headroom.router.spi;

/**
 * A place in a primary's log.
 *
 * <p>A new primary goes on numbering where it took over, so positions of an older timeline are compared by their sequence number alone; a
 * node on an older timeline than the position's never covers it.
 *
 * @param timeline grows with every change of primary; 0 where it is not known
 * @param sequence the place: a log sequence number, the number of a transaction, of a heartbeat; 0 for none
 */
public record Position(long timeline, long sequence) {
    /** Covered by every node. */
    public static final Position NONE = new Position(0, 0);

    /** Whether all that had committed at the wanted position shows at this one. */
    public boolean covers(Position wanted) {
        return timeline >= wanted.timeline && sequence >= wanted.sequence;
    }

    /** A position that covers both. */
    public Position and(Position other) {
        if (covers(other)) {
            return this;
        }
        return other.covers(this)
                ? other
                : new Position(Math.max(timeline, other.timeline), Math.max(sequence, other.sequence));
    }

    /** Whether it asks for nothing. */
    public boolean isNone() {
        return sequence == 0;
    }
}
