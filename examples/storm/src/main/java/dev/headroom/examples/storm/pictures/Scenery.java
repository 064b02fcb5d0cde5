package dev.headroom.examples.storm.pictures;

import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Random;

/** Paints what surrounds the mark: a sky, a sun, hills, and the grain of a camera where it is asked for. */
final class Scenery {
    private static final int HILLS = 5;
    private static final int GRAIN = 8;

    private Scenery() {}

    static void paint(BufferedImage picture, Upright layout, long seed) {
        Random random = new Random(seed);
        int width = layout.uprightWidth();
        int height = layout.uprightHeight();
        Graphics2D graphics = picture.createGraphics();
        graphics.transform(new AffineTransform(layout.stored()));
        float hue = random.nextFloat();
        Color high = Color.getHSBColor(hue, 0.6f, 0.9f);
        Color low = Color.getHSBColor(hue + 0.15f, 0.2f, 1f);
        graphics.setPaint(new GradientPaint(0, 0, high, 0, height, low));
        graphics.fillRect(0, 0, width, height);
        double sun = height / 6.0;
        graphics.setColor(new Color(255, 240, 180));
        graphics.fill(new Ellipse2D.Double(width * (0.05 + 0.2 * random.nextDouble()), height * 0.08, sun, sun));
        for (int hill = 0; hill < HILLS; hill++) {
            graphics.setColor(Color.getHSBColor(hue + 0.35f, 0.3f + 0.1f * hill, 0.8f - 0.12f * hill));
            graphics.fill(ridge(width, height, height * (0.45 + 0.11 * hill), random));
        }
        graphics.dispose();
    }

    private static Path2D ridge(int width, int height, double level, Random random) {
        Path2D ridge = new Path2D.Double();
        ridge.moveTo(0, height);
        double phase = random.nextDouble() * Math.PI * 2;
        double waves = 2 + random.nextInt(5);
        int steps = 200;
        for (int i = 0; i <= steps; i++) {
            double along = (double) i / steps;
            double y = level + Math.sin(phase + along * waves * Math.PI) * height * 0.06;
            ridge.lineTo(along * width, y);
        }
        ridge.lineTo(width, height);
        ridge.closePath();
        return ridge;
    }

    /** Adds noise to every sample of a byte picture, which gives JPEGs the size that photographs have. */
    static void grain(BufferedImage picture, long seed) {
        byte[] samples = ((DataBufferByte) picture.getRaster().getDataBuffer()).getData();
        long state = seed | 1;
        for (int i = 0; i < samples.length; i++) {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
            int noisy = (samples[i] & 0xFF) + (int) (state & (2 * GRAIN - 1)) - GRAIN;
            samples[i] = (byte) Math.max(0, Math.min(255, noisy));
        }
    }
}
