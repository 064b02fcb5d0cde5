package dev.headroom.examples.storm.pictures;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/** Twelve-megapixel JPEGs of one kind and orientation: one base, coded once, and a new middle for each number. */
final class LargeJpegs {
    /** Restart intervals of 160 pixels: 25 in a row, so that seven of them lie exactly in the middle. */
    private static final int INTERVAL = 160;

    private static final int PART_COLUMN = 9;
    private static final int PART_WIDTH = 7 * INTERVAL;
    private static final int PART_TOP = 928;
    private static final int PART_HEIGHT = 1136;

    private final Variety variety;
    private final Upright layout;
    private final Mark mark;
    private final RestartingJpeg base;

    LargeJpegs(Variety variety, int orientation, Mark mark, long seed) {
        this.variety = variety;
        this.layout = new Upright(variety.width(), variety.height(), orientation);
        this.mark = mark;
        BufferedImage picture = canvas(layout.width(), layout.height());
        Scenery.paint(picture, layout, seed);
        if (variety != Variety.CMYK) {
            Scenery.grain(picture, seed);
        }
        this.base = encode(picture);
    }

    byte[] picture(int index) {
        BufferedImage part = canvas(PART_WIDTH, PART_HEIGHT);
        Graphics2D graphics = part.createGraphics();
        graphics.translate(-PART_COLUMN * INTERVAL, -PART_TOP);
        graphics.transform(layout.stored());
        mark.paint(graphics, layout.uprightWidth(), layout.uprightHeight(), index);
        graphics.dispose();
        return base.with(encode(part), PART_COLUMN, PART_TOP / blockSide());
    }

    private RestartingJpeg encode(BufferedImage picture) {
        int blocks = INTERVAL / blockSide();
        byte[] file =
                variety == Variety.CMYK ? JpegWriter.inks(picture, blocks) : JpegWriter.restarting(picture, blocks);
        return new RestartingJpeg(file, picture.getWidth() / INTERVAL);
    }

    private BufferedImage canvas(int width, int height) {
        boolean grey = variety == Variety.GREYSCALE;
        return new BufferedImage(width, height, grey ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR);
    }

    /** The encoder halves the resolution of colour, so its blocks span 16 pixels, but not that of inks and greys. */
    private int blockSide() {
        return variety == Variety.CMYK || variety == Variety.GREYSCALE ? 8 : 16;
    }
}
