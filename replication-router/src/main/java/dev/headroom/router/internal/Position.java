package dev.headroom.router.internal;

/**
 * A place in a primary's log.
 *
 * <p>A new primary goes on numbering where it took over, so positions of an older timeline are compared by their log sequence number
 * alone; a node on an older timeline than the position's never covers it.
 *
 * @param timeline counts the changes of primary
 * @param lsn the log sequence number
 */
record Position(int timeline, long lsn) {
    /** Covered by every node. */
    static final Position NONE = new Position(0, 0);

    /** Whether all that had committed at the wanted position shows at this one. */
    boolean covers(Position wanted) {
        return timeline >= wanted.timeline && lsn >= wanted.lsn;
    }

    /** A position that covers both. */
    Position and(Position other) {
        if (covers(other)) {
            return this;
        }
        return other.covers(this) ? other : new Position(Math.max(timeline, other.timeline), Math.max(lsn, other.lsn));
    }

    boolean isNone() {
        return lsn == 0;
    }
}
