package dev.headroom.queue;

import dev.headroom.HeadroomException;
import org.jspecify.annotations.Nullable;

/** Thrown when the queue's database refuses or can't be reached. */
public class QueueException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public QueueException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
