package dev.headroom;

import org.jspecify.annotations.Nullable;

/**
 * The base of every unchecked exception that Headroom itself throws.
 *
 * <p>Misuse of the API is reported by the JDK's own exceptions ({@link IllegalArgumentException}, {@link IllegalStateException}).
 */
public class HeadroomException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Creates an exception with a message. */
    public HeadroomException(String message) {
        super(message);
    }

    /** Creates an exception with a message and its cause. */
    public HeadroomException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * Creates an exception with a message and its cause.
     *
     * @param withStackTrace false for what is thrown by the thousand, as by a breaker that is open, and says all in its message
     */
    protected HeadroomException(String message, @Nullable Throwable cause, boolean withStackTrace) {
        super(message, cause, true, withStackTrace);
    }
}
