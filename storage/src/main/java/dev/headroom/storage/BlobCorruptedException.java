package dev.headroom.storage;

/** Thrown when a blob's bytes are not those that were put, or the bytes given are not those that were announced. */
public final class BlobCorruptedException extends BlobException {
    private static final long serialVersionUID = 1L;

    /** Creates the exception. */
    public BlobCorruptedException(BlobKey key, String found, String expected) {
        super(key, "blob: " + key + ": " + found + " (expected: " + expected + ")", null);
    }
}
