package dev.headroom.examples.storm.upload;

import dev.headroom.examples.storm.pictures.TestPicture;
import java.awt.Dimension;
import java.util.List;

/**
 * A size that every picture must come in.
 *
 * @param width of its box, in pixels
 * @param height of its box, in pixels
 * @param cropped whether the box is filled, or the whole picture is inside it
 */
record Size(int width, int height, boolean cropped) {
    static final List<Size> ALL = List.of(
            new Size(50, 50, true), new Size(90, 90, true), new Size(300, 400, false), new Size(685, 685, false));

    /** As in addresses. */
    String path() {
        return width + "x" + height;
    }

    /** Whether these are a picture's dimensions in this size, give or take a rounded pixel. */
    boolean fits(Dimension dimension, TestPicture picture) {
        double across = (double) width / picture.width();
        double down = (double) height / picture.height();
        double scale = Math.min(1, cropped ? Math.max(across, down) : Math.min(across, down));
        return isAbout(dimension.width, Math.min(width, picture.width() * scale))
                && isAbout(dimension.height, Math.min(height, picture.height() * scale));
    }

    private static boolean isAbout(int found, double wanted) {
        return Math.abs(found - wanted) <= 1;
    }
}
