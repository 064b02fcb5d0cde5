package dev.headroom.router.internal;

import dev.headroom.router.ReadOnlyViolationException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Tells kinds of failures by their SQL state. */
final class Failures {
    private static final int MARIADB_READ_ONLY_SERVER = 1290;

    private Failures() {}

    /** The connection is lost, or the server is going or not ready: class 08, {@code 57P01} to {@code 57P03}. */
    static boolean lostConnection(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                if (state.startsWith("08") || state.startsWith("57P0")) {
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

    /** A write in a read-only transaction, or on a standby. */
    static boolean readOnlyViolation(SQLException failure) {
        return ReadOnlyViolationException.SQL_STATE.equals(failure.getSQLState())
                || failure.getErrorCode() == MARIADB_READ_ONLY_SERVER;
    }
}
