package dev.headroom.consistency;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;

/**
 * Read-your-writes across components: knows the position the current request must see, and runs work at or beyond a position.
 *
 * <p>Given by the replication router; without one, {@link #none()} asks for nothing. The position of the current request is kept in
 * its {@link dev.headroom.RequestContext}. Thread-safe.
 */
public interface Consistency {
    /** The position that reads of the current request must have reached; {@link ConsistencyToken#NONE} if there is none. */
    ConsistencyToken current();

    /** Asks the connection's database for its position now: what has committed before is covered by it. One round trip. */
    ConsistencyToken capture(Connection connection) throws SQLException;

    /**
     * A position that covers all that has committed when a read within it begins, for work that can't know what it must see. It costs nothing to
     * ask for, but such reads go to the primary, or to a node that is known to have caught up with it.
     */
    ConsistencyToken newest();

    /** The position that covers both. */
    ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b);

    /** Runs the call so that its reads reach the token's position as well as the current one, which is restored after. */
    <T> T within(ConsistencyToken token, Callable<T> call) throws Exception;

    /** A consistency that knows no positions, for an application with one database node. */
    static Consistency none() {
        return NoConsistency.INSTANCE;
    }
}
