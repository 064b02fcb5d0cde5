package dev.headroom.examples.marketplace;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Photographs drawn on the spot; each number gives another one. */
final class TestPhotos {
    private TestPhotos() {}

    static byte[] jpeg(int number) {
        return picture("jpeg", number);
    }

    static byte[] png(int number) {
        return picture("png", number);
    }

    static byte[] gif(int number) {
        return picture("gif", number);
    }

    private static byte[] picture(String format, int number) {
        BufferedImage picture = new BufferedImage(900, 700, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        Color corner = Color.getHSBColor(number / 37f, 0.8f, 0.9f);
        graphics.setPaint(new GradientPaint(0, 0, corner, 900, 700, Color.WHITE));
        graphics.fillRect(0, 0, 900, 700);
        graphics.setPaint(Color.BLACK);
        graphics.drawString("photograph " + number, 100, 100);
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(picture, format, out)) {
                throw new IllegalArgumentException("format: " + format + " (expected: one that can be written)");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
