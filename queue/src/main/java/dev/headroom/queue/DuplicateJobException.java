package dev.headroom.queue;

/** Thrown when there is a job already with the key of a {@link Unique} one; the transaction is as it was before. */
public final class DuplicateJobException extends QueueException {
    private static final long serialVersionUID = 1L;

    private final long id;

    /** Creates the exception. */
    public DuplicateJobException(String message, long id) {
        super(message, null);
        this.id = id;
    }

    /** The number of the job that has the key. */
    public long id() {
        return id;
    }
}
