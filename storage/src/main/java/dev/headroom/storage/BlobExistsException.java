package dev.headroom.storage;

/** Thrown when a blob was to be put only if absent, and there is one. */
public final class BlobExistsException extends BlobException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public BlobExistsException(BlobKey key) {
        super(key, "blob: " + key + " exists (expected: to be absent)", null);
    }
}
