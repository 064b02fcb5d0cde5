package dev.headroom.examples.storm.visitors;

import dev.headroom.examples.storm.pictures.TestPicture;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** A picture so small that it is the databases that have work, and not those who make it smaller. */
public final class Snapshot {
    private static final int WIDTH = 64;
    private static final int HEIGHT = 48;

    private Snapshot() {}

    /** The picture of this number. */
    public static TestPicture picture(int number) {
        BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = image.createGraphics();
        canvas.setColor(new Color(number & 0xff, number >> 8 & 0xff, number >> 16 & 0xff));
        canvas.fillRect(0, 0, WIDTH, HEIGHT);
        canvas.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new TestPicture(number, "snapshot.png", "image/png", WIDTH, HEIGHT, "a snapshot", bytes.toByteArray());
    }
}
