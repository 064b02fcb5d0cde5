package dev.headroom.examples.storm.pictures;

/** The kinds of valid pictures: JPEGs of 12 megapixels, PNGs of 2. */
public enum Variety {
    JPEG("image/jpeg", 4000, 3000),
    /** JPEG with EXIF orientations 1 to 8 in turn, stored so that it stands upright once that is obeyed. */
    ROTATED("image/jpeg", 4000, 3000),
    PROGRESSIVE("image/jpeg", 4000, 3000),
    /** JPEG in four inks, inverted and marked as Adobe's programs do. */
    CMYK("image/jpeg", 4000, 3000),
    GREYSCALE("image/jpeg", 4000, 3000),
    PNG("image/png", 1600, 1200),
    /** PNG that fades into transparency towards its sides. */
    ALPHA("image/png", 1600, 1200),
    PALETTE("image/png", 1600, 1200);

    private final String contentType;
    private final int width;
    private final int height;

    Variety(String contentType, int width, int height) {
        this.contentType = contentType;
        this.width = width;
        this.height = height;
    }

    public String contentType() {
        return contentType;
    }

    /** As stored, before any orientation is applied. */
    public int width() {
        return width;
    }

    /** As stored, before any orientation is applied. */
    public int height() {
        return height;
    }

    String extension() {
        return contentType.substring("image/".length()).replace("jpeg", "jpg");
    }
}
