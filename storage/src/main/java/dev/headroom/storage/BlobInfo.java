package dev.headroom.storage;

import java.time.Instant;
import java.util.Map;

/**
 * What a store knows of a blob.
 *
 * @param key its name
 * @param size its bytes
 * @param crc32c the CRC-32C (RFC 3720, appendix B.4) of its bytes, taken while they were put
 * @param version changes with every put
 * @param contentType its media type
 * @param metadata texts kept with it
 * @param modified when it was put, by the store's clock
 */
public record BlobInfo(
        BlobKey key,
        long size,
        int crc32c,
        String version,
        String contentType,
        Map<String, String> metadata,
        Instant modified) {
    /** Copies the texts. */
    public BlobInfo {
        metadata = Map.copyOf(metadata);
    }
}
