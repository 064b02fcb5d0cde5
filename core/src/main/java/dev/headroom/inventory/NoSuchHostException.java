package dev.headroom.inventory;

import dev.headroom.HeadroomException;

/** Thrown when the inventory has no host, or not exactly one, that was asked for. */
public final class NoSuchHostException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public NoSuchHostException(String message) {
        super(message);
    }
}
