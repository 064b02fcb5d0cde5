package dev.headroom.examples.marketplace.images;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Puts PNG files together chunk by chunk, to say things that no writer would. */
final class PngChunks {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static PngChunks header(int width, int height, int depth, int colourType) {
        PngChunks png = new PngChunks();
        png.out.writeBytes(SamplePictures.bytes(0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'));
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
        header.put((byte) depth).put((byte) colourType);
        return png.chunk("IHDR", header.array());
    }

    PngChunks chunk(String type, byte[] body) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt(body.length).array());
        out.writeBytes(name);
        out.writeBytes(body);
        out.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        return this;
    }

    byte[] end() {
        return chunk("IEND", new byte[0]).out.toByteArray();
    }

    /** A PNG with one more chunk behind its header. */
    static byte[] insert(byte[] png, String type, byte[] body) {
        int headerEnd = 8 + 12 + 13;
        PngChunks copy = new PngChunks();
        copy.out.write(png, 0, headerEnd);
        copy.chunk(type, body);
        copy.out.write(png, headerEnd, png.length - headerEnd);
        return copy.out.toByteArray();
    }
}
