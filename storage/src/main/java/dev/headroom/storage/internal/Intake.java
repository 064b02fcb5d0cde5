package dev.headroom.storage.internal;

import dev.headroom.storage.BlobCorruptedException;
import dev.headroom.storage.BlobException;
import dev.headroom.storage.BlobKey;
import dev.headroom.storage.BlobSource;
import dev.headroom.storage.BlobTooLargeException;
import dev.headroom.storage.PutOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32C;

/**
 * Takes in a source: counts it, sums it, refuses what is too large or not as announced.
 *
 * @param size its bytes
 * @param crc32c their CRC-32C
 */
public record Intake(long size, int crc32c) {
    private static final int BUFFER = 64 * 1024;

    /** Copies the source to {@code into}, which is not closed. */
    public static Intake copy(BlobKey key, BlobSource source, PutOptions options, OutputStream into) {
        refuseIfAnnouncedTooLarge(key, source, options);
        CRC32C crc = new CRC32C();
        long size = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream bytes = source.open()) {
            for (int count = bytes.read(buffer); count >= 0; count = bytes.read(buffer)) {
                size += count;
                if (size > options.maximumSize()) {
                    throw new BlobTooLargeException(key, options.maximumSize());
                }
                crc.update(buffer, 0, count);
                write(key, into, buffer, count);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("blob: " + key + ": its source failed after " + size + " bytes", e);
        }
        Intake intake = new Intake(size, (int) crc.getValue());
        intake.verify(key, source, options);
        return intake;
    }

    private static void refuseIfAnnouncedTooLarge(BlobKey key, BlobSource source, PutOptions options) {
        if (source.size().isPresent() && source.size().getAsLong() > options.maximumSize()) {
            throw new BlobTooLargeException(key, options.maximumSize());
        }
    }

    private static void write(BlobKey key, OutputStream into, byte[] buffer, int count) {
        try {
            into.write(buffer, 0, count);
        } catch (IOException e) {
            throw new BlobException(key, "blob: " + key + " could not be written", e);
        }
    }

    private void verify(BlobKey key, BlobSource source, PutOptions options) {
        if (source.size().isPresent() && source.size().getAsLong() != size) {
            throw new BlobCorruptedException(key, size + " bytes", source.size().getAsLong() + " bytes, as announced");
        }
        if (options.expectedCrc32c().isPresent() && options.expectedCrc32c().getAsInt() != crc32c) {
            throw new BlobCorruptedException(
                    key,
                    String.format("CRC-32C %08x", crc32c),
                    String.format("%08x, as announced", options.expectedCrc32c().getAsInt()));
        }
    }
}
