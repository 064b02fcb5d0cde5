package dev.headroom.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32C;

/**
 * A blob being read: its bytes as a stream, and what is known of it.
 *
 * <p>The checksum is verified as the bytes pass: the read that would report the end throws {@link BlobCorruptedException} instead when
 * size or checksum do not match. Closing early is cheap. For one thread.
 */
public final class BlobRead extends InputStream {
    private final BlobInfo info;
    private final InputStream bytes;
    private final Closer closer;
    private final Runnable onCorrupted;
    private final CRC32C crc = new CRC32C();
    private long read;
    private boolean ended;
    private boolean closed;

    /**
     * A read over a store's stream; for authors of stores.
     *
     * @param bytes the blob's bytes and no more
     * @param closer ends the read; is told whether all bytes were read
     * @param onCorrupted hears of a mismatch, to count it
     */
    public BlobRead(BlobInfo info, InputStream bytes, Closer closer, Runnable onCorrupted) {
        this.info = info;
        this.bytes = bytes;
        this.closer = closer;
        this.onCorrupted = onCorrupted;
    }

    /** What is known of the blob. */
    public BlobInfo info() {
        return info;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("read of blob " + info.key() + ": closed (expected: open)");
        }
        if (length == 0) {
            return 0;
        }
        int count = bytes.read(into, offset, length);
        if (count < 0) {
            verify();
            return -1;
        }
        crc.update(into, offset, count);
        read += count;
        return count;
    }

    private void verify() {
        if (ended) {
            return;
        }
        if (read != info.size() || (int) crc.getValue() != info.crc32c()) {
            onCorrupted.run();
            throw new BlobCorruptedException(
                    info.key(),
                    "size " + read + ", CRC-32C " + hex((int) crc.getValue()),
                    "size " + info.size() + ", CRC-32C " + hex(info.crc32c()));
        }
        ended = true;
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            closer.close(ended);
        }
    }

    private static String hex(int crc) {
        return String.format("%08x", crc);
    }

    /** Ends a read. */
    @FunctionalInterface
    public interface Closer {
        /**
         * Frees what the read holds.
         *
         * @param complete whether all bytes were read; if not, the connection is to be dropped and not drained
         */
        void close(boolean complete) throws IOException;
    }
}
