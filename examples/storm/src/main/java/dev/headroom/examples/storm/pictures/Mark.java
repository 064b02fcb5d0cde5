package dev.headroom.examples.storm.pictures;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.OptionalInt;

/**
 * The number of a picture, painted into its middle: large cells for programs, below them digits for people.
 *
 * <p>Six by six cells stand for a fixed pattern of corners (dark at the top left alone, so that a turned or mirrored
 * picture does not read), 20 bits of number and 12 bits of checksum over number and seed. A cell is 1/21 of the shorter
 * side, which survives down to squares of 50 pixels. The plate's hue tells neighbours apart at a glance.
 */
final class Mark {
    /** The whole plate, as a share of the shorter side. */
    static final double PLATE = 1144.0 / 3000;

    static final int LARGEST = (1 << 20) - 1;

    private static final double CELLS_SHARE = 840.0 / 3000;
    private static final int CELLS = 6;
    private static final int LEAST_CONTRAST = 60;
    private static final double GOLDEN_RATIO = 0.618034;

    private final long seed;

    Mark(long seed) {
        this.seed = seed;
    }

    /** Paints a number's plate around the middle of an upright picture. */
    void paint(Graphics2D graphics, int width, int height, int index) {
        double shorter = Math.min(width, height);
        double plate = shorter * PLATE;
        double cells = shorter * CELLS_SHARE;
        double left = (width - cells) / 2;
        double top = (height - cells) / 2;
        float hue = (float) (index * GOLDEN_RATIO % 1);
        graphics.setColor(Color.getHSBColor(hue, 0.75f, 0.8f));
        graphics.fill(new Rectangle2D.Double((width - plate) / 2, (height - plate) / 2, plate, plate));
        int bits = bits(index);
        double cell = cells / CELLS;
        for (int place = 0; place < CELLS * CELLS; place++) {
            boolean dark = isDark(place, bits);
            graphics.setColor(dark ? Color.getHSBColor(hue, 1f, 0.1f) : Color.getHSBColor(hue, 0.05f, 1f));
            int row = place / CELLS;
            int column = place % CELLS;
            graphics.fill(new Rectangle2D.Double(left + column * cell, top + row * cell, cell, cell));
        }
        graphics.setColor(Color.WHITE);
        double margin = (plate - cells) / 2;
        Digits.paint(graphics, index, width / 2.0, top + cells + margin * 0.15, margin * 0.7);
    }

    /** The number seen in a picture; empty if there is none, or not of this seed. */
    OptionalInt read(BufferedImage picture) {
        double[] levels = levels(picture);
        double dark = levels[0];
        double light = (levels[CELLS - 1] + levels[CELLS * (CELLS - 1)] + levels[CELLS * CELLS - 1]) / 3;
        if (light - dark < LEAST_CONTRAST) {
            return OptionalInt.empty();
        }
        double threshold = (dark + light) / 2;
        int bits = 0;
        for (int place = 0; place < levels.length; place++) {
            boolean isDark = levels[place] < threshold;
            if (bitOf(place) >= 0 && isDark) {
                bits |= 1 << bitOf(place);
            } else if (isDark != isDark(place, bits)) {
                return OptionalInt.empty();
            }
        }
        int index = bits & LARGEST;
        return bits(index) == bits ? OptionalInt.of(index) : OptionalInt.empty();
    }

    private static double[] levels(BufferedImage picture) {
        double cell = Math.min(picture.getWidth(), picture.getHeight()) * CELLS_SHARE / CELLS;
        double left = (picture.getWidth() - cell * CELLS) / 2;
        double top = (picture.getHeight() - cell * CELLS) / 2;
        double[] levels = new double[CELLS * CELLS];
        for (int place = 0; place < levels.length; place++) {
            int row = place / CELLS;
            int column = place % CELLS;
            double x = left + (column + 0.5) * cell;
            double y = top + (row + 0.5) * cell;
            levels[place] = level(picture, x, y, cell / 5);
        }
        return levels;
    }

    /** The mean brightness around a point, of at least one pixel. */
    private static double level(BufferedImage picture, double x, double y, double reach) {
        int fromX = Math.max(0, (int) (x - reach));
        int fromY = Math.max(0, (int) (y - reach));
        int toX = Math.min(picture.getWidth() - 1, (int) (x + reach));
        int toY = Math.min(picture.getHeight() - 1, (int) (y + reach));
        double sum = 0;
        for (int row = fromY; row <= toY; row++) {
            for (int column = fromX; column <= toX; column++) {
                Color colour = new Color(picture.getRGB(column, row));
                sum += 0.299 * colour.getRed() + 0.587 * colour.getGreen() + 0.114 * colour.getBlue();
            }
        }
        return sum / ((toX - fromX + 1) * (toY - fromY + 1));
    }

    private int bits(int index) {
        long mixed = (index + seed * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        int check = (int) ((mixed ^ mixed >>> 29) * 0x94D049BB133111EBL >>> 52);
        return index | check << 20;
    }

    private static boolean isDark(int place, int bits) {
        int bit = bitOf(place);
        return bit < 0 ? place == 0 : (bits >>> bit & 1) == 1;
    }

    /** Which bit a cell stands for; -1 for the corners. */
    private static int bitOf(int place) {
        int last = CELLS - 1;
        boolean corner = place == 0 || place == last || place == CELLS * last || place == CELLS * CELLS - 1;
        if (corner) {
            return -1;
        }
        return place - (place < last ? 1 : place < CELLS * last ? 2 : 3);
    }
}
