package dev.headroom.examples.marketplace.images;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;

/** Walks a PNG from its signature to IEND (W3C PNG specification), verifying every chunk's checksum. */
final class PngScan {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int IHDR = code("IHDR");
    private static final int PLTE = code("PLTE");
    private static final int IDAT = code("IDAT");
    private static final int IEND = code("IEND");
    private static final int EXIF = code("eXIf");
    private static final int PALETTE = 3;
    private static final int MAX_EXIF = 1 << 16;

    private final ScanInput input;
    private final CRC32 crc = new CRC32();
    private Orientation orientation = Orientation.NORMAL;
    private int colourType;
    private boolean palette;
    private boolean data;

    private PngScan(ScanInput input) {
        this.input = input;
    }

    static boolean matches(byte[] head) {
        return head.length >= SIGNATURE.length
                && Arrays.equals(head, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    static Picture scan(ScanInput input, PictureLimits limits) throws IOException {
        return new PngScan(input).walk(limits);
    }

    private Picture walk(PictureLimits limits) throws IOException {
        input.skip(SIGNATURE.length);
        long length = input.u32();
        int type = type();
        if (type != IHDR || length != 13) {
            throw PictureRejectedException.damaged("its header is missing");
        }
        byte[] header = body(13);
        long width = u32(header, 0);
        long height = u32(header, 4);
        checkKind(header[8], header[9]);
        limits.check(width, height);
        while (type != IEND) {
            length = input.u32();
            type = type();
            chunk(type, length);
        }
        if (!data || colourType == PALETTE && !palette) {
            throw PictureRejectedException.damaged("it contains no picture data");
        }
        return new Picture(PictureFormat.PNG, (int) width, (int) height, orientation, 0);
    }

    private void chunk(int type, long length) throws IOException {
        if (length > Integer.MAX_VALUE) {
            throw PictureRejectedException.damaged("a chunk has an impossible length");
        }
        if (type == EXIF && length <= MAX_EXIF) {
            orientation = ExifOrientation.ofTiff(body((int) length), 0);
            return;
        }
        boolean critical = (type >>> 24 & 0x20) == 0;
        if (critical && type != PLTE && type != IDAT && type != IEND) {
            throw PictureRejectedException.unsupported("an unusual PNG");
        }
        palette |= type == PLTE;
        data |= type == IDAT;
        input.skipInto(crc, length);
        verify();
    }

    private int type() throws IOException {
        byte[] name = input.bytes(4);
        crc.reset();
        crc.update(name);
        return (int) u32(name, 0);
    }

    private byte[] body(int length) throws IOException {
        byte[] body = input.bytes(length);
        crc.update(body);
        verify();
        return body;
    }

    private void verify() throws IOException {
        if (input.u32() != crc.getValue()) {
            throw PictureRejectedException.damaged("a checksum does not match");
        }
    }

    private void checkKind(int depth, int type) {
        boolean valid =
                switch (type) {
                    case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
                    case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
                    case 2, 4, 6 -> depth == 8 || depth == 16;
                    default -> false;
                };
        if (!valid) {
            throw PictureRejectedException.damaged("its header is broken");
        }
        colourType = type;
    }

    private static long u32(byte[] bytes, int at) {
        return (bytes[at] & 0xFFL) << 24
                | (bytes[at + 1] & 0xFF) << 16
                | (bytes[at + 2] & 0xFF) << 8
                | bytes[at + 3] & 0xFF;
    }

    private static int code(String name) {
        return name.charAt(0) << 24 | name.charAt(1) << 16 | name.charAt(2) << 8 | name.charAt(3);
    }
}
