package dev.headroom.examples.marketplace.images;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.CRC32;

/** A forward-only view of a picture's bytes for the scans: an early end is a truncated picture, too many bytes a large one. */
final class ScanInput {
    private final InputStream in;
    private final long maxBytes;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int end;
    private long received;

    ScanInput(InputStream in, long maxBytes) {
        this.in = in;
        this.maxBytes = maxBytes;
    }

    /** Up to {@code count} bytes from the start, without consuming them; fewer when the file is shorter. */
    byte[] peek(int count) throws IOException {
        while (end - position < count) {
            int read = in.read(buffer, end, buffer.length - end);
            if (read < 0) {
                break;
            }
            end += read;
            count(read);
        }
        return Arrays.copyOfRange(buffer, position, Math.min(end, position + count));
    }

    int u8() throws IOException {
        if (position == end) {
            require(fill());
        }
        return buffer[position++] & 0xFF;
    }

    int u16() throws IOException {
        return u8() << 8 | u8();
    }

    long u32() throws IOException {
        return (long) u16() << 16 | u16();
    }

    byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count; ) {
            if (position == end) {
                require(fill());
            }
            int part = Math.min(count - done, end - position);
            System.arraycopy(buffer, position, bytes, done, part);
            position += part;
            done += part;
        }
        return bytes;
    }

    void skip(long count) throws IOException {
        for (long left = count; left > 0; ) {
            if (position == end) {
                require(fill());
            }
            int part = (int) Math.min(left, end - position);
            position += part;
            left -= part;
        }
    }

    /** Passes {@code count} bytes into a checksum. */
    void skipInto(CRC32 crc, long count) throws IOException {
        for (long left = count; left > 0; ) {
            if (position == end) {
                require(fill());
            }
            int part = (int) Math.min(left, end - position);
            crc.update(buffer, position, part);
            position += part;
            left -= part;
        }
    }

    /** Moves behind the next byte that equals {@code value}. */
    void skipPast(int value) throws IOException {
        byte wanted = (byte) value;
        while (true) {
            while (position < end) {
                if (buffer[position++] == wanted) {
                    return;
                }
            }
            require(fill());
        }
    }

    /** Reads what is left, so that the size limit holds for the whole file, and says how long it was. */
    long drain() throws IOException {
        while (fill()) {
            position = end;
        }
        return received;
    }

    private boolean fill() throws IOException {
        int read = in.read(buffer, 0, buffer.length);
        position = 0;
        end = Math.max(read, 0);
        count(end);
        return read >= 0;
    }

    private void count(int read) {
        received += read;
        if (received > maxBytes) {
            throw PictureRejectedException.tooLarge(maxBytes);
        }
    }

    private static void require(boolean more) {
        if (!more) {
            throw PictureRejectedException.truncated();
        }
    }
}
