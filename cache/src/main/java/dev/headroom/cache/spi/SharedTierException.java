package dev.headroom.cache.spi;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/** Thrown by a {@link SharedNode} that can't do what it is asked; the cache then does without it. */
public final class SharedTierException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public SharedTierException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
