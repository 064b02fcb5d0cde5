package dev.headroom.examples.marketplace.images;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds the orientation in EXIF data (CIPA DC-008): tag 0x0112 of the first directory. Broken EXIF means upright. */
final class ExifOrientation {
    private static final byte[] PREFIX = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;
    private static final int ENTRY_BYTES = 12;

    private ExifOrientation() {}

    /** From the body of a JPEG's APP1 segment, which may as well hold XMP. */
    static Orientation ofApp1(byte[] segment) {
        boolean exif =
                segment.length > PREFIX.length && Arrays.equals(segment, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
        return exif ? ofTiff(segment, PREFIX.length) : Orientation.NORMAL;
    }

    static Orientation ofTiff(byte[] bytes, int from) {
        try {
            return read(ByteBuffer.wrap(bytes, from, bytes.length - from).slice());
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException broken) {
            return Orientation.NORMAL;
        }
    }

    private static Orientation read(ByteBuffer tiff) {
        short order = tiff.getShort();
        if (order == 0x4949) {
            tiff.order(ByteOrder.LITTLE_ENDIAN);
        } else if (order != 0x4D4D) {
            return Orientation.NORMAL;
        }
        if (tiff.getShort() != 42) {
            return Orientation.NORMAL;
        }
        tiff.position(tiff.getInt());
        int entries = tiff.getShort() & 0xFFFF;
        int first = tiff.position();
        for (int i = 0; i < entries; i++) {
            int entry = first + i * ENTRY_BYTES;
            if ((tiff.getShort(entry) & 0xFFFF) == ORIENTATION && tiff.getShort(entry + 2) == SHORT) {
                return Orientation.ofExif(tiff.getShort(entry + 8));
            }
        }
        return Orientation.NORMAL;
    }
}
