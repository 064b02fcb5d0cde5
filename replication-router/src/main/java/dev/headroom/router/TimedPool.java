package dev.headroom.router;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A pool that can be told by each caller how long to wait, whatever its own time-out is. From such a pool the router takes connections on the
 * caller's own thread. Implementations are thread-safe.
 *
 * <pre>{@code
 * NodeSpec.of("r1", pool).timed(myPool) // HikariNodes.node(…) does it
 * }</pre>
 */
public interface TimedPool {
    /** Whether it can do so now; a pool that was not started yet, or is suspended, can't. Asked each time before {@link #connection}. */
    default boolean able() {
        return true;
    }

    /**
     * A connection.
     *
     * @param most how long to wait while all are lent
     * @throws SQLException when the time is up, of whatever type: a unit that may write then goes on waiting, on another thread, for the rest of its
     *     own time. One that tells of a lost connection (class 08, or JDBC's types for that) is taken for the node's failure, unless it is a {@link
     *     java.sql.SQLTransientException} and the pool says that it has connections lent ({@link NodeSpec#pool})
     */
    Connection connection(Duration most) throws SQLException;

    /**
     * How much longer a caller may be kept when the server no longer answers, because what has lain idle for some time (half a second, say) is tried
     * out first. Where this is longer than the wait, connections are taken on another thread unless the node was used a moment ago and is not
     * late with an answer to its probe.
     */
    Duration longestTrial();
}
