package dev.headroom.examples.marketplace.images;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Makes a product photograph's small pictures from the original.
 *
 * <p>The original is decoded once, skipping pixels that no size needs, turned upright by its EXIF orientation, and each
 * size is drawn from that. The results are sRGB JPEGs without any metadata, so that where a photograph was taken does not
 * leave the house; CMYK becomes RGB, and what is transparent in a PNG becomes white.
 *
 * <p>Immutable and thread-safe; every call needs memory for the file itself and for about four times the pixels of the
 * largest size (a progressive JPEG also for its coefficients: two to four bytes per pixel, outside the heap), so the
 * caller bounds how many run at once. A picture that cannot be decoded is thrown as {@link PictureRejectedException} and
 * is not worth a retry; {@link IOException} means that the original could not be read.
 *
 * <pre>{@code
 * Thumbnails thumbnails = Thumbnails.withDefaults();
 * for (Thumbnail thumbnail : thumbnails.make(() -> blobs.open(key))) {
 *     blobs.put(key + "/" + thumbnail.size().name(), thumbnail.jpeg(), Thumbnail.CONTENT_TYPE);
 * }
 * }</pre>
 */
public final class Thumbnails {
    /** The marketplace's sizes: two squares for lists and carts, two boxes for pages. */
    public static final List<ThumbnailSize> SIZES = List.of(
            ThumbnailSize.square(50),
            ThumbnailSize.square(90),
            ThumbnailSize.within(300, 400),
            ThumbnailSize.within(685, 685));

    /** Where a smaller JPEG starts to show its blocks. */
    private static final float QUALITY = 0.85f;

    private final PictureInspector inspector;
    private final List<ThumbnailSize> sizes;
    private final PictureDecoder decoder = new PictureDecoder();

    private Thumbnails(PictureInspector inspector, List<ThumbnailSize> sizes) {
        this.inspector = inspector;
        this.sizes = sizes;
    }

    /** {@link #SIZES}, from originals within {@link PictureLimits#defaults()}. */
    public static Thumbnails withDefaults() {
        return of(SIZES, PictureLimits.defaults());
    }

    /** @throws IllegalArgumentException if there are no sizes */
    public static Thumbnails of(List<ThumbnailSize> sizes, PictureLimits limits) {
        if (sizes.isEmpty()) {
            throw new IllegalArgumentException("sizes: [] (expected: at least one)");
        }
        return new Thumbnails(PictureInspector.with(limits), List.copyOf(sizes));
    }

    /** Makes all sizes of one picture, in the order of the sizes. */
    public List<Thumbnail> make(PictureSource original) throws IOException {
        BufferedImage upright = decode(original);
        List<Thumbnail> thumbnails = new ArrayList<>();
        for (ThumbnailSize size : sizes) {
            BufferedImage drawn = Scaling.draw(upright, size);
            byte[] jpeg = JpegEncoder.encode(drawn, QUALITY);
            thumbnails.add(new Thumbnail(size, drawn.getWidth(), drawn.getHeight(), jpeg));
        }
        return thumbnails;
    }

    /** The upright picture, opaque, just large enough for every size. */
    private BufferedImage decode(PictureSource original) throws IOException {
        try (InputStream in = original.open();
                ImageInputStream cached = new MemoryCacheImageInputStream(in)) {
            Picture picture = inspector.inspect(PictureDecoder.streamOf(cached));
            cached.seek(0);
            double scale = scaleFor(picture);
            BufferedImage decoded = decoder.decode(cached, picture, Scaling.subsamplingFor(scale));
            BufferedImage opaque = Flattening.onWhite(decoded);
            BufferedImage scaled = Scaling.resize(
                    opaque, Scaling.scaled(picture.width(), scale), Scaling.scaled(picture.height(), scale));
            return picture.orientation().upright(scaled);
        }
    }

    private double scaleFor(Picture picture) {
        return sizes.stream()
                .mapToDouble(size -> size.scaleFor(picture.uprightWidth(), picture.uprightHeight()))
                .max()
                .orElseThrow();
    }
}
