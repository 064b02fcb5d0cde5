package dev.headroom.examples.marketplace.images;

import java.awt.image.BufferedImage;

/**
 * How a stored picture has to be turned to stand upright: the eight values of the EXIF tag 0x0112.
 *
 * <p>Each value is a swap of the axes followed by mirroring in the upright picture, which covers all eight.
 */
public enum Orientation {
    NORMAL(1, false, false, false),
    MIRRORED(2, false, true, false),
    UPSIDE_DOWN(3, false, true, true),
    FLIPPED(4, false, false, true),
    TRANSPOSED(5, true, false, false),
    TURN_RIGHT(6, true, true, false),
    TRANSVERSED(7, true, true, true),
    TURN_LEFT(8, true, false, true);

    private final int exif;
    private final boolean swapsSides;
    private final boolean mirrorsX;
    private final boolean mirrorsY;

    Orientation(int exif, boolean swapsSides, boolean mirrorsX, boolean mirrorsY) {
        this.exif = exif;
        this.swapsSides = swapsSides;
        this.mirrorsX = mirrorsX;
        this.mirrorsY = mirrorsY;
    }

    /** The orientation for an EXIF value; {@link #NORMAL} for any value outside 1 to 8, as viewers do. */
    public static Orientation ofExif(int value) {
        for (Orientation orientation : values()) {
            if (orientation.exif == value) {
                return orientation;
            }
        }
        return NORMAL;
    }

    /** The value of the EXIF tag, 1 to 8. */
    public int exif() {
        return exif;
    }

    /** Whether the upright picture's width is the stored picture's height. */
    public boolean swapsSides() {
        return swapsSides;
    }

    /** The upright copy of a stored picture, as {@link BufferedImage#TYPE_INT_RGB}; the picture itself when there is nothing to turn. */
    BufferedImage upright(BufferedImage stored) {
        if (this == NORMAL) {
            return stored;
        }
        int width = swapsSides ? stored.getHeight() : stored.getWidth();
        int height = swapsSides ? stored.getWidth() : stored.getHeight();
        BufferedImage upright = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] line = new int[width];
        for (int y = 0; y < height; y++) {
            int unmirroredY = mirrorsY ? height - 1 - y : y;
            if (swapsSides) {
                stored.getRGB(unmirroredY, 0, 1, width, line, 0, 1);
            } else {
                stored.getRGB(0, unmirroredY, width, 1, line, 0, width);
            }
            if (mirrorsX) {
                reverse(line);
            }
            upright.setRGB(0, y, width, 1, line, 0, width);
        }
        return upright;
    }

    private static void reverse(int[] line) {
        for (int left = 0, right = line.length - 1; left < right; left++, right--) {
            int kept = line[left];
            line[left] = line[right];
            line[right] = kept;
        }
    }
}
