package dev.headroom.examples.storm.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Makes the files that a site has to refuse. */
final class BrokenPictures {
    private static final int OVERSIZE_BYTES = 21 << 20;
    private static final int BOMB_SIDE = 60_000;
    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;

    private BrokenPictures() {}

    static byte[] file(Broken kind, int index) {
        BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR);
        Scenery.paint(picture, new Upright(WIDTH, HEIGHT, 1), index);
        return switch (kind) {
            case TRUNCATED_JPEG -> cut(JpegWriter.progressive(picture));
            case TRUNCATED_PNG -> cut(WholePictures.png(picture));
            case TEXT_AS_JPEG -> ("This is note " + index + ", not a photo.\n").getBytes(StandardCharsets.US_ASCII);
            case GIF_AS_PNG -> gif(picture);
            case OVERSIZE -> Segments.padded(JpegWriter.progressive(picture), OVERSIZE_BYTES);
            case PNG_BOMB -> bomb(WholePictures.png(picture));
        };
    }

    private static byte[] cut(byte[] file) {
        return Arrays.copyOf(file, file.length * 2 / 3);
    }

    private static byte[] gif(BufferedImage picture) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "gif", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** Replaces width and height in the header, and the header's checksum. */
    private static byte[] bomb(byte[] png) {
        ByteBuffer file = ByteBuffer.wrap(png);
        file.putInt(16, BOMB_SIDE).putInt(20, BOMB_SIDE);
        CRC32 crc = new CRC32();
        crc.update(png, 12, 4 + 13);
        file.putInt(29, (int) crc.getValue());
        return png;
    }
}
