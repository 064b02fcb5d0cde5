package dev.headroom.examples.marketplace.images;

/**
 * How large an upload may be. Immutable; start from {@link #defaults()} and change what you need.
 *
 * <p>The pixel limits stop decompression bombs: a few kilobytes of PNG can claim gigabytes of pixels, so the header is
 * believed and checked before anything is decoded.
 *
 * @param maxBytes the longest file; default 20 MiB
 * @param maxPixels the largest width times height; default 100 million
 * @param maxSide the longest width or height; default 65,535, which is also JPEG's own limit
 */
public record PictureLimits(long maxBytes, long maxPixels, int maxSide) {
    private static final PictureLimits DEFAULTS = new PictureLimits(20L << 20, 100_000_000L, 65_535);

    public PictureLimits {
        requirePositive("maxBytes", maxBytes);
        requirePositive("maxPixels", maxPixels);
        requirePositive("maxSide", maxSide);
    }

    public static PictureLimits defaults() {
        return DEFAULTS;
    }

    public PictureLimits withMaxBytes(long bytes) {
        return new PictureLimits(bytes, maxPixels, maxSide);
    }

    public PictureLimits withMaxPixels(long pixels) {
        return new PictureLimits(maxBytes, pixels, maxSide);
    }

    /** Passes a width and height read from a header, or rejects the picture. */
    void check(long width, long height) {
        if (width < 1 || height < 1) {
            throw PictureRejectedException.damaged("its header gives no size");
        }
        if (width > maxSide || height > maxSide || width * height > maxPixels) {
            throw new PictureRejectedException(
                    PictureRejectedException.Reason.TOO_MANY_PIXELS,
                    "This picture has %d x %d pixels; at most %d megapixels can be shown."
                            .formatted(width, height, maxPixels / 1_000_000));
        }
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s: %d (expected: >= 1)".formatted(name, value));
        }
    }
}
