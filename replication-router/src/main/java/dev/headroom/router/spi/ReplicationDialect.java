package dev.headroom.router.spi;

import dev.headroom.config.Checks;
import dev.headroom.router.NodeRole;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * How one database product tells roles and positions. {@link dev.headroom.router.Dialects} has those that come with the router.
 *
 * <p>What the router builds on it: a position that the primary tells in {@link #probe} covers every commit that had returned before the
 * probe was sent; a replica that tells a position shows every commit that it covers; and positions of one timeline only grow. From these
 * follow the lag, which is never too low, and reads that see what was written. A dialect that is not sure tells an older position for a
 * replica, and a newer one for the primary.
 *
 * <p>One instance belongs to one router and may remember what it was told. Thread-safe.
 */
public interface ReplicationDialect {
    /**
     * Asks a node for its role and position, on the router's own connection to it, over and over; best in one round trip. A failure takes
     * the node out until a later probe succeeds.
     *
     * @param node the node that is asked
     * @param connection in auto-commit mode, with a network timeout
     */
    Answer probe(Asked node, Connection connection) throws SQLException;

    /**
     * Commits the transaction of a connection to the primary, and tells its position if that costs no further round trip.
     *
     * @param connection in a transaction
     */
    Commit commit(Connection connection) throws SQLException;

    /**
     * Rolls the transaction of a connection to the primary back, and tells whether something was committed on it nevertheless, as on some
     * products by statements that change tables, if that costs no further round trip. Default: it is rolled back, and nobody knows.
     *
     * @param connection in a transaction
     */
    default Commit rollback(Connection connection) throws SQLException {
        connection.rollback();
        return Commit.UNTOLD;
    }

    /**
     * The position of the connection's database now, on whichever node; empty if it is of another product or another cluster, or does not tell
     * without a write. Then the primary's own position is taken.
     */
    Optional<Position> capture(Connection connection) throws SQLException;

    /** Whether the connection is to a database of this product. */
    boolean speaks(Connection connection) throws SQLException;

    /**
     * Makes the session of a connection to the primary, which is {@code setReadOnly(true)} already, refuse writes in auto-commit mode as
     * well, or take them again. Does nothing where the driver's {@code setReadOnly} sees to it.
     */
    default void refuseWrites(Connection connection, boolean refuse) throws SQLException {}

    /**
     * A node is no longer the router's, as those that come and go with an inventory: what is remembered of it may be forgotten, and its name may be
     * another's next. Default: nothing is done.
     */
    default void forget(String node) {}

    /**
     * Tells positions of this kind of database from others' in a token: at most one lower-case letter. Positions with another mark are not
     * compared; reads with such a token go to where the primary is then. Default: none.
     */
    default String mark() {
        return "";
    }

    /**
     * Whether two timelines begin at the same place, so that their numbers do not tell which is the later one; then the node that was last
     * seen to be promoted wins, or else the one that has written more. Default: false, numbers tell.
     */
    default boolean rivals(long timeline, long other) {
        return false;
    }

    /**
     * The node that is asked.
     *
     * @param name its name in the router
     * @param primary whether it is the one that was configured as the primary
     * @param elected whether the router sends writes to it; false until every node was asked once. A dialect that writes in order to know
     *     a position does not write to a node that only says that it is the primary
     */
    record Asked(String name, boolean primary, boolean elected) {
        /** Checks that there is a name. */
        public Asked {
            Checks.present("name", name);
        }
    }

    /**
     * What a node answered.
     *
     * @param role its role
     * @param position its position; on timeline 0 when the node can't tell which it is on
     * @param covering whether a primary's position covers every commit that had returned before it was asked; if not, it only tells the
     *     timeline, for the election
     */
    record Answer(NodeRole role, Position position, boolean covering) {
        /** Checks that nothing is null. */
        public Answer {
            Checks.present("role", role);
            Checks.present("position", position);
        }

        /** An answer whose position covers what it must. */
        public Answer(NodeRole role, Position position) {
            this(role, position, true);
        }
    }

    /**
     * What the end of a transaction told.
     *
     * @param mayHaveWritten whether something was written and committed, or nobody knows
     * @param sequence a sequence number at or after its end, 0 when it was not told; then the first who needs it waits for a probe of the
     *     primary
     */
    record Commit(boolean mayHaveWritten, long sequence) {
        /** It is certain that it wrote nothing, and the position was not told. */
        public static final Commit NOTHING = new Commit(false, 0);

        /** It may have written, and the position was not told. */
        public static final Commit UNTOLD = new Commit(true, 0);
    }
}
