package dev.headroom.cache;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a caller waited its longest for another caller's load, or for a place to load; the message says how many loads run and
 * how many wait, and the last failed load is the cause.
 */
public final class CacheTimeoutException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public CacheTimeoutException(String message, @Nullable Throwable lastFailure) {
        super(message, lastFailure);
    }
}
