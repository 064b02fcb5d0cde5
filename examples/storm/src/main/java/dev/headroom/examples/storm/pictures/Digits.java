package dev.headroom.examples.storm.pictures;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;

/** Seven-segment digits, so that no fonts need to be installed where pictures are made. */
final class Digits {
    private static final double WIDTH = 0.55;
    private static final double STROKE = 0.14;
    private static final double PITCH = 0.8;

    /** Segments lit per digit: top, upper left, upper right, middle, lower left, lower right, bottom, from the highest bit. */
    private static final int[] LIT = {
        0b1110111, 0b0010010, 0b1011101, 0b1011011, 0b0111010, 0b1101011, 0b1101111, 0b1010010, 0b1111111, 0b1111011
    };

    private Digits() {}

    /** Paints a number, centred at {@code middle}, with its top at {@code top}. */
    static void paint(Graphics2D graphics, int number, double middle, double top, double height) {
        String digits = Integer.toString(number);
        double left = middle - (digits.length() * PITCH - (PITCH - WIDTH)) * height / 2;
        for (int i = 0; i < digits.length(); i++) {
            digit(graphics, digits.charAt(i) - '0', left + i * PITCH * height, top, height);
        }
    }

    private static void digit(Graphics2D graphics, int digit, double x, double y, double height) {
        double width = WIDTH * height;
        double stroke = STROKE * height;
        double half = height / 2;
        double right = x + width - stroke;
        Rectangle2D[] segments = {
            new Rectangle2D.Double(x, y, width, stroke),
            new Rectangle2D.Double(x, y, stroke, half),
            new Rectangle2D.Double(right, y, stroke, half),
            new Rectangle2D.Double(x, y + half - stroke / 2, width, stroke),
            new Rectangle2D.Double(x, y + half, stroke, half),
            new Rectangle2D.Double(right, y + half, stroke, half),
            new Rectangle2D.Double(x, y + height - stroke, width, stroke),
        };
        for (int i = 0; i < segments.length; i++) {
            if ((LIT[digit] >> (segments.length - 1 - i) & 1) == 1) {
                graphics.fill(segments[i]);
            }
        }
    }
}
