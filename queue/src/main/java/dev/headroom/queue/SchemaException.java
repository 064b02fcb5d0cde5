package dev.headroom.queue;

/** Thrown when the queue's tables are absent or of another version than this library needs; says what to run. */
public final class SchemaException extends QueueException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public SchemaException(String message) {
        super(message, null);
    }
}
