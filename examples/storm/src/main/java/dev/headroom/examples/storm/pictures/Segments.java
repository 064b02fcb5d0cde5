package dev.headroom.examples.storm.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Adds segments to JPEG files. */
final class Segments {
    static final int LONGEST = 65_533;

    private static final int APP1 = 0xE1;
    private static final int COMMENT = 0xFE;
    private static final int APP15 = 0xEF;
    private static final int ORIENTATION_TAG = 0x0112;

    private Segments() {}

    static byte[] withComment(byte[] jpeg, String comment) {
        return insert(jpeg, COMMENT, comment.getBytes(StandardCharsets.US_ASCII), 1);
    }

    /** Adds an EXIF directory with the orientation and nothing else. */
    static byte[] withOrientation(byte[] jpeg, int orientation) {
        ByteBuffer exif = ByteBuffer.allocate(6 + 26);
        exif.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII));
        exif.put("MM".getBytes(StandardCharsets.US_ASCII)).putShort((short) 42).putInt(8);
        exif.putShort((short) 1).putShort((short) ORIENTATION_TAG).putShort((short) 3);
        exif.putInt(1).putShort((short) orientation).putShort((short) 0).putInt(0);
        return insert(jpeg, APP1, exif.array(), 1);
    }

    /** Makes a JPEG at least so many bytes longer, and no worse. */
    static byte[] padded(byte[] jpeg, int bytes) {
        return insert(jpeg, APP15, new byte[LONGEST], bytes / LONGEST + 1);
    }

    private static byte[] insert(byte[] jpeg, int marker, byte[] body, int times) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(jpeg.length + times * (body.length + 4));
        out.write(jpeg, 0, 2);
        for (int i = 0; i < times; i++) {
            out.write(0xFF);
            out.write(marker);
            out.write((body.length + 2) >> 8);
            out.write(body.length + 2);
            out.writeBytes(body);
        }
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }
}
