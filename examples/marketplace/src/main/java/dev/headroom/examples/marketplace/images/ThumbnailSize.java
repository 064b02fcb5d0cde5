package dev.headroom.examples.marketplace.images;

/**
 * A size that pictures are shown in, and whether the picture is fitted into it or cropped to fill it.
 *
 * <p>Neither way enlarges: a picture smaller than the box keeps its own size.
 *
 * @param width of the box, in pixels
 * @param height of the box, in pixels
 * @param cropped {@code true} cuts the centre out in the box's proportions; {@code false} keeps the whole picture and its proportions
 */
public record ThumbnailSize(int width, int height, boolean cropped) {

    public ThumbnailSize {
        requireSide("width", width);
        requireSide("height", height);
    }

    /** The whole picture, within a box. */
    public static ThumbnailSize within(int width, int height) {
        return new ThumbnailSize(width, height, false);
    }

    /** The picture's centre, as a square. */
    public static ThumbnailSize square(int side) {
        return new ThumbnailSize(side, side, true);
    }

    /** The name used in addresses and keys, such as {@code 300x400}. */
    public String name() {
        return width + "x" + height;
    }

    /** How much a picture has to shrink for this size; never more than 1. */
    double scaleFor(int pictureWidth, int pictureHeight) {
        double horizontal = (double) width / pictureWidth;
        double vertical = (double) height / pictureHeight;
        return Math.min(1, cropped ? Math.max(horizontal, vertical) : Math.min(horizontal, vertical));
    }

    private static void requireSide(String name, int side) {
        if (side < 1) {
            throw new IllegalArgumentException("%s: %d (expected: >= 1)".formatted(name, side));
        }
    }
}
