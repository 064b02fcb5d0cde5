package dev.headroom.queue.internal.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What differs from database to database: the clock, a few fragments, and how jobs are claimed and promoted. Everything else is one
 * text for all. Stateless as far as its users see; thread-safe.
 */
public interface Dialect {
    /** The folder of its scripts. */
    String name();

    /** The database's clock, which moves on within a transaction where there is such a clock. */
    String now();

    /** A time plus a parameter in milliseconds, which may be negative. */
    String plusMillis(String expression);

    /** The database's clock plus a parameter in milliseconds, which may be negative. */
    default String nowPlusMillis() {
        return plusMillis(now());
    }

    /** The milliseconds from an expression until the database's clock. */
    String millisSince(String expression);

    /** The next position. */
    String nextPosition();

    /** Makes the installer wait for another one; on the connection that then runs the script. */
    void lockSchema(Connection connection) throws SQLException;

    /** Claims jobs and counts the attempt; nothing for a node that was declared dead. */
    List<ClaimedJob> claim(Connection connection, Claim claim) throws SQLException;

    /** Makes at most {@code limit} scheduled jobs that are due ready; returns how many. */
    int promoteDue(Connection connection, int limit) throws SQLException;

    /** For how many milliseconds the job that is ready longest has been ready; 0 when none is. */
    long oldestReadyMillis(Connection connection, int queue) throws SQLException;

    /** Interns a queue's name, if it is new. */
    void insertQueue(Connection connection, String queue) throws SQLException;

    /** Begins a kind's schedule one interval from now, if it has none. */
    void insertSchedule(Connection connection, String kind, String spec, long intervalMillis) throws SQLException;
}
