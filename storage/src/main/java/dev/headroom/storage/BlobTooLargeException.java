package dev.headroom.storage;

/** Thrown when a source has more bytes than the put takes; nothing of it is kept. */
public final class BlobTooLargeException extends BlobException {
    private static final long serialVersionUID = 1L;

    private final long maximumSize;

    /** Creates the exception. */
    public BlobTooLargeException(BlobKey key, long maximumSize) {
        super(key, "blob: " + key + " has more bytes (expected: <= " + maximumSize + ")", null);
        this.maximumSize = maximumSize;
    }

    /** The most bytes that the put would have taken. */
    public long maximumSize() {
        return maximumSize;
    }
}
