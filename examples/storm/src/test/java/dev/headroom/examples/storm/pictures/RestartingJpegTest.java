package dev.headroom.examples.storm.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.junit.jupiter.api.Test;

class RestartingJpegTest {
    private static final int BLOCK = 16;

    @Test
    void replacesARectangleAndNothingElse() throws IOException {
        byte[] base = JpegWriter.restarting(filled(10 * BLOCK, 7 * BLOCK - 5, Color.BLUE), 1);
        byte[] part = JpegWriter.restarting(filled(3 * BLOCK, 2 * BLOCK, Color.RED), 1);

        byte[] joined = new RestartingJpeg(base, 10).with(new RestartingJpeg(part, 3), 4, 3);

        BufferedImage picture = readWithoutWarnings(joined);
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                boolean inside = x / BLOCK >= 4 && x / BLOCK < 7 && y / BLOCK >= 3 && y / BLOCK < 5;
                Color seen = new Color(picture.getRGB(x, y));
                // The decoder blends colours over one pixel of the rectangle's edge.
                boolean edge = (x + 1) % BLOCK < 2 || (y + 1) % BLOCK < 2;
                assertThat(edge || (seen.getRed() > 128) == inside)
                        .as("%s at %d, %d", seen, x, y)
                        .isTrue();
            }
        }
    }

    private static BufferedImage filled(int width, int height, Color colour) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(colour);
        graphics.fillRect(0, 0, width, height);
        graphics.dispose();
        return picture;
    }

    private static BufferedImage readWithoutWarnings(byte[] jpeg) throws IOException {
        List<String> warnings = new ArrayList<>();
        ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(jpeg)));
        BufferedImage picture = reader.read(0);
        reader.dispose();
        assertThat(warnings).isEmpty();
        return picture;
    }
}
