package dev.headroom.examples.storm.pictures;

import java.awt.geom.AffineTransform;

/**
 * A picture's stored size together with its EXIF orientation (1 to 8): what is painted upright is stored turned.
 *
 * @param width as stored
 * @param height as stored
 */
record Upright(int width, int height, int orientation) {

    boolean swapsSides() {
        return orientation >= 5;
    }

    int uprightWidth() {
        return swapsSides() ? height : width;
    }

    int uprightHeight() {
        return swapsSides() ? width : height;
    }

    /** From upright to stored coordinates. */
    AffineTransform stored() {
        return switch (orientation) {
            case 2 -> new AffineTransform(-1, 0, 0, 1, width, 0);
            case 3 -> new AffineTransform(-1, 0, 0, -1, width, height);
            case 4 -> new AffineTransform(1, 0, 0, -1, 0, height);
            case 5 -> new AffineTransform(0, 1, 1, 0, 0, 0);
            case 6 -> new AffineTransform(0, -1, 1, 0, 0, height);
            case 7 -> new AffineTransform(0, -1, -1, 0, width, height);
            case 8 -> new AffineTransform(0, 1, -1, 0, width, 0);
            default -> new AffineTransform();
        };
    }
}
