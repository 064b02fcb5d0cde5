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
}
