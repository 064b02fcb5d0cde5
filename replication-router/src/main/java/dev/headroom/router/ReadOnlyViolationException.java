package dev.headroom.router;

import java.sql.SQLException;

/**
 * Thrown when a statement wrote (or locked rows, or took a sequence's value) in a unit that is read-only: below {@link ReadOnly} or
 * {@link RouteScope#readOnly()}, or after {@code setReadOnly(true)}. Nothing was written. The cause is the database's own exception.
 */
public final class ReadOnlyViolationException extends SQLException {
    private static final long serialVersionUID = 1L;

    /** The SQL state of a write in a read-only transaction. */
    public static final String SQL_STATE = "25006";

    /** Creates the exception. */
    public ReadOnlyViolationException(String message, SQLException cause) {
        super(message, SQL_STATE, cause.getErrorCode(), cause);
    }
}
