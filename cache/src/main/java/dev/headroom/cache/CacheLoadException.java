package dev.headroom.cache;

import dev.headroom.HeadroomException;

/** Thrown when a loader failed with a checked exception, which is the cause; unchecked ones are thrown as they are. */
public final class CacheLoadException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public CacheLoadException(String message, Throwable cause) {
        super(message, cause);
    }
}
