package dev.headroom.storage;

import dev.headroom.HeadroomException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Thrown when a store can't do what it was asked; the base of the others. */
public class BlobException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    private final @Nullable String key;

    /** Creates the exception for one blob. */
    public BlobException(BlobKey key, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.key = key.value();
    }

    /** Creates the exception for the store as a whole. */
    public BlobException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.key = null;
    }

    /** The blob's key, empty if the store as a whole failed. */
    public Optional<BlobKey> key() {
        return Optional.ofNullable(key).map(BlobKey::of);
    }
}
