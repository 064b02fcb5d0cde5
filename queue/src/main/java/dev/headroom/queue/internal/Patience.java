package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Dialect;
import dev.headroom.queue.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * How long the queue's own work waits for an answer of a server that may have vanished without a word, where the connection itself would wait for
 * ever. A server that is there answers before that: it is told to wait for each lock of a row for two fifths of the time alone, so that one which others hold for long
 * is no reason to give a connection up, and work that failed for one is known to have failed. What it can't be told of, and costs the connection, are locks of whole tables (for a change of the
 * schema, say) where a job is locked to be run or removed in the transaction of its handler, and several such waits of one statement. Immutable but for what it learns of the driver; thread-safe.
 */
final class Patience {
    private final Dialect dialect;
    private final int millis;
    private volatile boolean unknown;

    Patience(Dialect dialect, long millis) {
        this.dialect = dialect;
        this.millis = (int) Math.min(Integer.MAX_VALUE, Math.max(1, millis));
    }

    /** Work that itself has the server wait for a lock no longer than so many milliseconds, where it may come to that. */
    @FunctionalInterface
    interface Waiting<T> {
        /** Does it. */
        T on(Connection connection, long lockMillis) throws SQLException;
    }

    /** Runs work in a transaction of its own on this connection, which is in none. */
    <T> T atOnce(Connection connection, Sql.Work<T> work) throws SQLException {
        return atOnce(connection, Long.MAX_VALUE, work);
    }

    /** The same, and waits for a lock no longer than so many milliseconds. */
    <T> T atOnce(Connection connection, long mostMillis, Sql.Work<T> work) throws SQLException {
        return on(
                connection,
                (patient, lockMillis) -> Sql.atOnce(patient, begun -> {
                    dialect.begin(begun);
                    return work.on(dialect.limitWaits(begun, Math.min(lockMillis, mostMillis)));
                }));
    }

    /** Runs work of which each statement is a transaction of its own, on this connection, which is in none. */
    <T> T each(Connection connection, Sql.Work<T> work) throws SQLException {
        return on(
                connection,
                (patient, lockMillis) ->
                        Sql.each(patient, begun -> work.on(dialect.limitWaitsOfEach(begun, lockMillis))));
    }

    /** Runs work on this connection, in whatever transaction that is; what follows in it may be held to the same limits. */
    <T> T on(Connection connection, Sql.Work<T> work) throws SQLException {
        return on(connection, (patient, lockMillis) -> work.on(dialect.limitWaits(patient, lockMillis)));
    }

    /** The same, for work that limits its waits itself. */
    <T> T on(Connection connection, Waiting<T> work) throws SQLException {
        int own = ownLimit(connection);
        if (own != 0 || !limits(connection)) {
            return work.on(connection, lockMillis(own == 0 ? millis : own));
        }
        try {
            return work.on(connection, lockMillis(millis));
        } finally {
            restore(connection);
        }
    }

    /** A statement may have to wait twice: for its turn, and for the one before. */
    private static long lockMillis(int millisToAnswer) {
        return Math.max(1, millisToAnswer / 5 * 2);
    }

    /** The connection's own limit; 0 if it has none, or knows none. */
    private int ownLimit(Connection connection) throws SQLException {
        if (unknown || connection.isClosed()) {
            return 0;
        }
        try {
            return connection.getNetworkTimeout();
        } catch (SQLException | AbstractMethodError notSupported) {
            unknown = !connection.isClosed();
            return 0;
        }
    }

    private boolean limits(Connection connection) throws SQLException {
        if (unknown || connection.isClosed()) {
            return false;
        }
        try {
            connection.setNetworkTimeout(Runnable::run, millis);
            return true;
        } catch (SQLException | AbstractMethodError notSupported) {
            unknown = !connection.isClosed();
            return false;
        }
    }

    private static void restore(Connection connection) {
        try {
            if (!connection.isClosed()) {
                connection.setNetworkTimeout(Runnable::run, 0);
            }
        } catch (SQLException broken) {
            // The work's own outcome stands; the pool discards the connection.
        }
    }
}
