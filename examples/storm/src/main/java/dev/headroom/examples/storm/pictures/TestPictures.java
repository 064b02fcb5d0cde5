package dev.headroom.examples.storm.pictures;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import javax.imageio.ImageIO;

/**
 * Any number of distinct pictures, the same ones for the same seed, cheap enough to upload hundreds of 12 megapixels.
 *
 * <p>Every picture shows its number in its middle, and {@link #read} finds it again in a thumbnail of 50 pixels and more,
 * whether fitted or cropped to the centre. A thumbnail that belongs to another picture, or was not turned as its EXIF
 * orientation says, does not pass for the right one.
 *
 * <p>Thread-safe. Bases are painted at first use and kept: about 20 MB of JPEG data and 65 MB of pixels when every kind is
 * in use.
 *
 * <pre>{@code
 * TestPictures pictures = TestPictures.seeded(42, Mix.standard());
 * TestPicture picture = pictures.picture(7);
 * upload(picture.fileName(), picture.contentType(), picture.bytes());
 * if (!pictures.reads(7, download("300x400"))) { … }
 * }</pre>
 */
public final class TestPictures {
    private static final int ORIENTATIONS = 8;

    private final long seed;
    private final Mix mix;
    private final Mark mark;
    private final Map<Integer, LargeJpegs> large = new ConcurrentHashMap<>();
    private final Map<Variety, WholePictures> whole = new ConcurrentHashMap<>();

    private TestPictures(long seed, Mix mix) {
        this.seed = seed;
        this.mix = mix;
        this.mark = new Mark(seed);
    }

    public static TestPictures seeded(long seed, Mix mix) {
        return new TestPictures(seed, mix);
    }

    /** The largest index there is. */
    public static int largestIndex() {
        return Mark.LARGEST;
    }

    /** The picture with an index from 0 to {@link #largestIndex()}. */
    public TestPicture picture(int index) {
        requireIndex(index);
        Variety variety = mix.varietyAt(index);
        int orientation = variety == Variety.ROTATED ? 1 + mix.rankAt(index) % ORIENTATIONS : 1;
        Upright layout = new Upright(variety.width(), variety.height(), orientation);
        String kind = variety.name().toLowerCase(Locale.ROOT);
        String detail = variety == Variety.ROTATED ? " (EXIF " + orientation + ")" : "";
        return new TestPicture(
                index,
                "storm-%06d-%s.%s".formatted(index, kind, variety.extension()),
                variety.contentType(),
                layout.uprightWidth(),
                layout.uprightHeight(),
                "%s%s, %dx%d".formatted(kind, detail, layout.uprightWidth(), layout.uprightHeight()),
                bytes(variety, orientation, index));
    }

    /** A file that must be refused. */
    public TestPicture broken(Broken kind, int index) {
        requireIndex(index);
        String name = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return new TestPicture(
                index,
                "storm-%06d-broken.%s".formatted(index, kind.extension()),
                kind.contentType(),
                0,
                0,
                name,
                BrokenPictures.file(kind, index));
    }

    /** Whether a thumbnail shows the picture with this index, upright. */
    public boolean reads(int index, byte[] thumbnail) {
        return read(thumbnail).equals(OptionalInt.of(index));
    }

    /** The index of the picture that a thumbnail shows; empty if it is none of this seed's, or not to be read. */
    public OptionalInt read(byte[] thumbnail) {
        try {
            BufferedImage picture = ImageIO.read(new ByteArrayInputStream(thumbnail));
            return picture == null ? OptionalInt.empty() : mark.read(picture);
        } catch (IOException notAPicture) {
            return OptionalInt.empty();
        }
    }

    private byte[] bytes(Variety variety, int orientation, int index) {
        return switch (variety) {
            case JPEG, ROTATED, CMYK, GREYSCALE -> {
                byte[] jpeg =
                        Segments.withComment(largeJpegs(variety, orientation).picture(index), "storm " + index);
                yield variety == Variety.ROTATED ? Segments.withOrientation(jpeg, orientation) : jpeg;
            }
            case PROGRESSIVE, PNG, ALPHA, PALETTE ->
                whole.computeIfAbsent(variety, absent -> new WholePictures(variety, mark, seedOf(variety, 0)))
                        .picture(index);
        };
    }

    private LargeJpegs largeJpegs(Variety variety, int orientation) {
        int key = variety.ordinal() * (ORIENTATIONS + 1) + orientation;
        return large.computeIfAbsent(
                key, absent -> new LargeJpegs(variety, orientation, mark, seedOf(variety, orientation)));
    }

    private long seedOf(Variety variety, int orientation) {
        return Arrays.hashCode(new long[] {seed, variety.ordinal(), orientation}) * 0x9E3779B97F4A7C15L;
    }

    private static void requireIndex(int index) {
        if (index < 0 || index > Mark.LARGEST) {
            throw new IllegalArgumentException("index: %d (expected: 0 … %d)".formatted(index, Mark.LARGEST));
        }
    }
}
