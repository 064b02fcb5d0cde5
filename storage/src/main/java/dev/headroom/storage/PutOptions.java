package dev.headroom.storage;

import dev.headroom.config.Checks;
import java.util.Map;
import java.util.OptionalInt;

/**
 * How a blob is put. Immutable; each method gives a changed copy.
 *
 * @param onlyIfAbsent whether an existing blob makes the put fail with {@link BlobExistsException}. Default: false, it is replaced
 * @param contentType the media type. Default: {@code application/octet-stream}
 * @param metadata texts kept with the blob: names of lower-case letters, digits and hyphens; values of printable ASCII; 2,048 characters in
 *     all. Default: none
 * @param maximumSize the most bytes that are taken; one more and the put fails with {@link BlobTooLargeException}. Default: no limit
 * @param expectedCrc32c the CRC-32C that the bytes must have. Default: any
 */
public record PutOptions(
        boolean onlyIfAbsent,
        String contentType,
        Map<String, String> metadata,
        long maximumSize,
        OptionalInt expectedCrc32c) {
    private static final PutOptions DEFAULTS =
            new PutOptions(false, "application/octet-stream", Map.of(), Long.MAX_VALUE, OptionalInt.empty());

    /** Checks and copies. */
    public PutOptions {
        Checks.that(
                contentType != null && contentType.matches("[!-~ ]{1,255}"),
                "contentType",
                contentType,
                "1 to 255 printable ASCII characters");
        Checks.atLeast("maximumSize", maximumSize, 0);
        metadata = Map.copyOf(metadata);
        int length = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            Checks.that(
                    entry.getKey().matches("[a-z0-9-]{1,64}"),
                    "metadata",
                    entry.getKey(),
                    "a name of 1 to 64 lower-case letters, digits and hyphens");
            Checks.that(
                    entry.getValue().matches("[!-~]([ -~]*[!-~])?|"),
                    "metadata." + entry.getKey(),
                    entry.getValue().length() + " characters",
                    "printable ASCII without outer spaces");
            length += entry.getKey().length() + entry.getValue().length();
        }
        Checks.that(length <= 2048, "metadata", length + " characters", "<= 2048 characters in all");
    }

    /** The defaults. */
    public static PutOptions defaults() {
        return DEFAULTS;
    }

    /** Fails if the blob exists. */
    public PutOptions ifAbsent() {
        return new PutOptions(true, contentType, metadata, maximumSize, expectedCrc32c);
    }

    /** With a media type. */
    public PutOptions contentType(String contentType) {
        return new PutOptions(onlyIfAbsent, contentType, metadata, maximumSize, expectedCrc32c);
    }

    /** With these texts. */
    public PutOptions metadata(Map<String, String> metadata) {
        return new PutOptions(onlyIfAbsent, contentType, metadata, maximumSize, expectedCrc32c);
    }

    /** With a limit in bytes. */
    public PutOptions maximumSize(long bytes) {
        return new PutOptions(onlyIfAbsent, contentType, metadata, bytes, expectedCrc32c);
    }

    /** With the checksum that the bytes must have. */
    public PutOptions expectedCrc32c(int crc32c) {
        return new PutOptions(onlyIfAbsent, contentType, metadata, maximumSize, OptionalInt.of(crc32c));
    }
}
