package dev.headroom.examples.marketplace.images;

/**
 * What is known of an accepted upload without decoding it.
 *
 * @param width as stored, in pixels, before the orientation is applied
 * @param height as stored, in pixels, before the orientation is applied
 * @param bytes the file's length
 */
public record Picture(PictureFormat format, int width, int height, Orientation orientation, long bytes) {

    /** The width as a viewer shows it. */
    public int uprightWidth() {
        return orientation.swapsSides() ? height : width;
    }

    /** The height as a viewer shows it. */
    public int uprightHeight() {
        return orientation.swapsSides() ? width : height;
    }
}
