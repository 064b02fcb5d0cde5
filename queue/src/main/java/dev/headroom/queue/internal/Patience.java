package dev.headroom.queue.internal;

import dev.headroom.queue.internal.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * How long the queue's own work waits for an answer of a server that may have vanished without a word, where the connection itself would wait for
 * ever. Immutable but for what it learns of the driver; thread-safe.
 */
final class Patience {
    private final int millis;
    private volatile boolean unknown;

    Patience(long millis) {
        this.millis = (int) Math.min(Integer.MAX_VALUE, Math.max(1, millis));
    }

    /** Runs work in a transaction of its own on this connection, which is in none. */
    <T> T atOnce(Connection connection, Sql.Work<T> work) throws SQLException {
        return on(connection, patient -> Sql.atOnce(patient, work));
    }

    /** Runs work on this connection, in whatever transaction that is. */
    <T> T on(Connection connection, Sql.Work<T> work) throws SQLException {
        if (!limits(connection)) {
            return work.on(connection);
        }
        try {
            return work.on(connection);
        } finally {
            restore(connection);
        }
    }

    private boolean limits(Connection connection) throws SQLException {
        if (unknown || connection.isClosed()) {
            return false;
        }
        try {
            if (connection.getNetworkTimeout() != 0) {
                return false;
            }
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
