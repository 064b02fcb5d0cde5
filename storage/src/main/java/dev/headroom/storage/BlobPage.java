package dev.headroom.storage;

import java.util.List;
import java.util.Optional;

/**
 * A part of a listing.
 *
 * @param keys keys in the order of their UTF-8 bytes
 * @param next where the next part begins, empty at the end: give it to {@link BlobStore#list(String, BlobKey, int)}
 */
public record BlobPage(List<BlobKey> keys, Optional<BlobKey> next) {
    /** Copies the list. */
    public BlobPage {
        keys = List.copyOf(keys);
    }
}
