package dev.headroom.testkit;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a service could not be found, started, stopped or brought into the wanted state in time.
 *
 * <p>The message says what was tried, what was seen instead and, for a service that ended by itself, the last lines of
 * its log. A wrong use of the test kit is an {@link IllegalStateException} or {@link IllegalArgumentException} instead.
 */
public final class ServiceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message what was tried and what was seen
     */
    public ServiceException(String message) {
        super(message);
    }

    /**
     * Creates the exception with a cause.
     *
     * @param message what was tried and what was seen
     * @param cause the failure underneath
     */
    public ServiceException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
