package dev.headroom.session;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/** Thrown by {@code getSession} while the shared store does not answer and {@link Degraded#FAIL} was chosen. */
public final class SessionUnavailableException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public SessionUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
