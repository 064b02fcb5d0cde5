package dev.headroom.examples.marketplace.images;

import java.awt.image.BufferedImage;
import net.coobird.thumbnailator.resizers.Resizers;

/** The arithmetic and the drawing of smaller pictures. */
final class Scaling {
    /** Decoding keeps at least this many pixels per pixel and direction of the result, to average them. */
    private static final int OVERSAMPLING = 2;

    private Scaling() {}

    /** Every how manieth pixel a decoder may keep for a scale. */
    static int subsamplingFor(double scale) {
        return Math.max(1, (int) (1 / (scale * OVERSAMPLING)));
    }

    static int scaled(int side, double scale) {
        return Math.max(1, (int) Math.round(side * scale));
    }

    /** An upright picture in one size: cropped if the size says so, then shrunk. */
    static BufferedImage draw(BufferedImage upright, ThumbnailSize size) {
        if (size.cropped()) {
            BufferedImage part = centre(upright, size);
            return resize(part, Math.min(size.width(), part.getWidth()), Math.min(size.height(), part.getHeight()));
        }
        double scale = size.scaleFor(upright.getWidth(), upright.getHeight());
        return resize(upright, scaled(upright.getWidth(), scale), scaled(upright.getHeight(), scale));
    }

    static BufferedImage resize(BufferedImage picture, int width, int height) {
        if (picture.getWidth() == width && picture.getHeight() == height) {
            return picture;
        }
        BufferedImage smaller = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Resizers.PROGRESSIVE.resize(picture, smaller);
        return smaller;
    }

    /** The largest part around the centre that has the box's proportions. */
    private static BufferedImage centre(BufferedImage picture, ThumbnailSize size) {
        double unit =
                Math.min((double) picture.getWidth() / size.width(), (double) picture.getHeight() / size.height());
        int width = scaled(size.width(), unit);
        int height = scaled(size.height(), unit);
        return picture.getSubimage((picture.getWidth() - width) / 2, (picture.getHeight() - height) / 2, width, height);
    }
}
