package dev.headroom.queue.internal;

import dev.headroom.HeadroomException;

/** Ends a run in which the code and its configuration do not fit: the next attempt would fail as this one, so there is none. */
public final class HopelessException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public HopelessException(String message, Throwable cause) {
        super(message, cause);
    }
}
