package dev.headroom.storage;

/** Thrown when there is no blob of that key. */
public final class BlobNotFoundException extends BlobException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public BlobNotFoundException(BlobKey key) {
        super(key, "blob: " + key + " is not there", null);
    }
}
