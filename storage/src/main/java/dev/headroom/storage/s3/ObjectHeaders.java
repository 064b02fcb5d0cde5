package dev.headroom.storage.s3;

import dev.headroom.storage.BlobCorruptedException;
import dev.headroom.storage.BlobInfo;
import dev.headroom.storage.BlobKey;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** What is known of a blob, in the headers of its object. */
final class ObjectHeaders {
    private static final String CRC32C = "headroom-crc32c";
    private static final String VERSION = "headroom-version";

    private ObjectHeaders() {}

    static Map<String, String> of(Map<String, String> metadata, int crc32c, String version) {
        Map<String, String> headers = new HashMap<>(metadata);
        headers.put(CRC32C, HexFormat.of().toHexDigits(crc32c));
        headers.put(VERSION, version);
        return headers;
    }

    static BlobInfo info(BlobKey key, long size, String contentType, Map<String, String> headers, Instant modified) {
        Map<String, String> metadata = new HashMap<>(headers);
        String crc32c = metadata.remove(CRC32C);
        String version = metadata.remove(VERSION);
        if (crc32c == null || version == null || !crc32c.matches("[0-9a-f]{8}")) {
            throw new BlobCorruptedException(
                    key, "an object without our checksum", "an object that this store has put");
        }
        return new BlobInfo(key, size, HexFormat.fromHexDigits(crc32c), version, contentType, metadata, modified);
    }

    static String base64(int crc32c) {
        return Base64.getEncoder()
                .encodeToString(
                        ByteBuffer.allocate(Integer.BYTES).putInt(crc32c).array());
    }
}
