package dev.headroom.router.internal;

import dev.headroom.router.ReadOnlyViolationException;
import dev.headroom.router.RouteRefusedException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLRecoverableException;
import org.jspecify.annotations.Nullable;

/** Tells kinds of failures by their SQL state. */
final class Failures {
    private static final String CONFLICT = "40001";
    private static final String DEADLOCK = "40P01";
    private static final int MARIADB_READ_ONLY_SERVER = 1290;
    private static final int MARIADB_CONNECTION_KILLED = 1927;

    private Failures() {}

    /** The connection is lost, or the server is going or not ready: class 08, {@code 57P01} to {@code 57P03}, JDBC's own types. */
    static boolean lostConnection(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLNonTransientConnectionException || cause instanceof SQLRecoverableException) {
                return true;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                if (state.startsWith("08")
                        || state.startsWith("57P0")
                        || sql.getErrorCode() == MARIADB_CONNECTION_KILLED) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Nobody has refused or broken off: there was merely no answer in time. */
    static boolean silence(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** Another node may well answer the same question: the connection is lost, or the replay of a standby was in the way. */
    static boolean answeredElsewhere(SQLException failure) {
        if (failure instanceof RouteRefusedException) {
            return false; // all nodes were looked at
        }
        String state = failure.getSQLState();
        return CONFLICT.equals(state) || DEADLOCK.equals(state) || lostConnection(failure);
    }

    /** A write in a read-only transaction, or on a standby. */
    static boolean readOnlyViolation(SQLException failure) {
        return ReadOnlyViolationException.SQL_STATE.equals(failure.getSQLState())
                || failure.getErrorCode() == MARIADB_READ_ONLY_SERVER;
    }
}
