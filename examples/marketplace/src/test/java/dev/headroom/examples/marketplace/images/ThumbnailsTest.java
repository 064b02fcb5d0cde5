package dev.headroom.examples.marketplace.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThumbnailsTest {
    private static final Color[] QUARTERS = SamplePictures.QUARTERS;

    private final Thumbnails thumbnails = Thumbnails.withDefaults();

    @ParameterizedTest
    @CsvSource({
        "1600, 1200, 50x50 90x90 300x225 685x514",
        "1200, 1600, 50x50 90x90 300x400 514x685",
        "600, 600, 50x50 90x90 300x300 600x600",
        "40, 30, 30x30 30x30 40x30 40x30",
        "3000, 100, 50x50 90x90 300x10 685x23",
        "3000, 1, 1x1 1x1 300x1 685x1",
        "1, 1, 1x1 1x1 1x1 1x1",
    })
    void fitsBoxesFillsSquaresAndNeverEnlarges(int width, int height, String expected) throws IOException {
        List<String> sizes = new ArrayList<>();
        for (Thumbnail thumbnail : make(SamplePictures.jpeg(width, height))) {
            BufferedImage picture = SamplePictures.read(thumbnail.jpeg());
            assertThat(picture.getWidth()).isEqualTo(thumbnail.width());
            assertThat(picture.getHeight()).isEqualTo(thumbnail.height());
            sizes.add(thumbnail.width() + "x" + thumbnail.height());
        }
        assertThat(String.join(" ", sizes)).isEqualTo(expected);
    }

    /** Where the stored red, green, blue and yellow quarters are to be seen, by the EXIF standard's table of rows and columns. */
    @ParameterizedTest
    @CsvSource({"1, RGBY", "2, GRYB", "3, YBGR", "4, BYRG", "5, RBGY", "6, BRYG", "7, YGBR", "8, GYRB"})
    void turnsThePictureAsItsExifSays(int orientation, String seen) throws IOException {
        byte[] turned = SamplePictures.withOrientation(SamplePictures.jpeg(1600, 1200), orientation, false);

        for (Thumbnail thumbnail : make(turned)) {
            BufferedImage picture = SamplePictures.read(thumbnail.jpeg());
            boolean fits = !thumbnail.size().cropped();
            assertThat(picture.getWidth() < picture.getHeight()).isEqualTo(fits && orientation >= 5);
            for (int quarter = 0; quarter < 4; quarter++) {
                Color expected = QUARTERS["RGBY".indexOf(seen.charAt(quarter))];
                assertQuarter(picture, quarter, expected, 24);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void keepsTheColoursOfInks(int adobeTransform) throws IOException {
        assertQuarters(SamplePictures.cmykJpeg(2800, 800, adobeTransform), 24);
    }

    @Test
    void readsProgressiveJpegs() throws IOException {
        assertQuarters(SamplePictures.progressiveJpeg(800, 600), 24);
    }

    @ParameterizedTest
    @ValueSource(ints = {32, 64, 128, 220})
    void keepsTheToneOfGreys(int grey) throws IOException {
        BufferedImage plain = new BufferedImage(800, 600, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < plain.getRaster().getDataBuffer().getSize(); i++) {
            plain.getRaster().getDataBuffer().setElem(i, grey);
        }
        assertFilledWith(SamplePictures.greyJpeg(800, 600, grey), grey);
        assertFilledWith(SamplePictures.png(plain), grey);
        assertFilledWith(SamplePictures.greyAlphaPng(800, 600, grey, 255, 8), grey);
        assertFilledWith(SamplePictures.greyAlphaPng(800, 600, grey, 255, 16), grey);
        assertFilledWith(SamplePictures.greyAlphaPng(800, 600, grey, 128, 16), (grey * 128 + 255 * 127) / 255);
    }

    @Test
    void drawsTransparencyOnWhite() throws IOException {
        BufferedImage glass = new BufferedImage(800, 600, BufferedImage.TYPE_INT_ARGB);
        Graphics2D graphics = glass.createGraphics();
        graphics.setColor(new Color(255, 0, 0, 128));
        graphics.fillRect(400, 0, 400, 600);
        graphics.dispose();

        for (Thumbnail thumbnail : make(SamplePictures.png(glass))) {
            BufferedImage picture = SamplePictures.read(thumbnail.jpeg());
            assertQuarter(picture, 0, Color.WHITE, 6);
            assertQuarter(picture, 3, new Color(255, 127, 127), 12);
        }
    }

    @Test
    void readsPalettesWithTransparency() throws IOException {
        byte[] red = SamplePictures.bytes(0, 255, 0, 0);
        byte[] green = SamplePictures.bytes(0, 0, 255, 0);
        byte[] blue = SamplePictures.bytes(0, 0, 0, 255);
        IndexColorModel palette = new IndexColorModel(2, 4, red, green, blue, 0);
        BufferedImage indexed = new BufferedImage(800, 600, BufferedImage.TYPE_BYTE_BINARY, palette);
        for (int y = 0; y < 600; y++) {
            for (int x = 0; x < 800; x++) {
                indexed.getRaster().setSample(x, y, 0, x / 400 + 2 * (y / 300));
            }
        }
        for (Thumbnail thumbnail : make(SamplePictures.png(indexed))) {
            BufferedImage picture = SamplePictures.read(thumbnail.jpeg());
            assertQuarter(picture, 0, Color.WHITE, 24);
            assertQuarter(picture, 1, Color.RED, 24);
            assertQuarter(picture, 2, Color.GREEN, 24);
            assertQuarter(picture, 3, Color.BLUE, 24);
        }
    }

    @Test
    void readsSixteenBitsPerColour() throws IOException {
        assertQuarters(SamplePictures.deepPng(800, 600, false), 24);
        assertQuarters(SamplePictures.deepPng(800, 600, true), 24);
    }

    @Test
    void makesTheSameOfInterlacedAndPlainPngs() throws IOException {
        BufferedImage source = SamplePictures.quarters(1999, 1501);

        List<Thumbnail> plain = make(SamplePictures.png(source));
        List<Thumbnail> interlaced = make(SamplePictures.interlacedPng(source));

        for (int i = 0; i < plain.size(); i++) {
            assertThat(interlaced.get(i).jpeg()).isEqualTo(plain.get(i).jpeg());
        }
    }

    @Test
    void averagesFineDetailInsteadOfPickingPixels() throws IOException {
        BufferedImage stripes = new BufferedImage(2800, 2100, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 2100; y++) {
            for (int x = 0; x < 2800; x++) {
                stripes.getRaster().setSample(x, y, 0, x / 3 % 2 * 255);
            }
        }
        BufferedImage small =
                SamplePictures.read(make(SamplePictures.png(stripes)).get(2).jpeg());
        int darkest = 255;
        int brightest = 0;
        for (int x = 10; x < small.getWidth() - 10; x++) {
            int level = new Color(small.getRGB(x, small.getHeight() / 2)).getGreen();
            darkest = Math.min(darkest, level);
            brightest = Math.max(brightest, level);
        }
        assertThat(brightest - darkest).isLessThan(80);
    }

    @Test
    void leavesNothingOfTheMetadata() throws IOException {
        byte[] comment = "taken at 52.52N 13.40E".getBytes(StandardCharsets.US_ASCII);
        byte[] located = SamplePictures.withSegment(SamplePictures.jpeg(800, 600), 0xFE, comment);
        byte[] turned = SamplePictures.withOrientation(located, 6, true);

        for (Thumbnail thumbnail : make(turned)) {
            String content = new String(thumbnail.jpeg(), StandardCharsets.ISO_8859_1);
            assertThat(content).doesNotContain("52.52N", "Exif");
            Picture made = PictureInspector.withDefaults().inspect(PictureSource.of(thumbnail.jpeg()));
            assertThat(made.orientation()).isEqualTo(Orientation.NORMAL);
        }
    }

    @Test
    void rejectsPixelsThatCannotBeDecoded() {
        byte[] garbage = PngChunks.header(40, 40, 8, 2)
                .chunk("IDAT", "this is not deflated data".getBytes(StandardCharsets.US_ASCII))
                .end();

        assertThatThrownBy(() -> make(garbage))
                .isInstanceOfSatisfying(
                        PictureRejectedException.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(PictureRejectedException.Reason.DAMAGED))
                .hasCauseInstanceOf(Exception.class);
    }

    @Test
    void answersAnyDamageWithThumbnailsOrARejection() throws IOException {
        long seed = 5;
        Random random = new Random(seed);
        byte[][] originals = {
            SamplePictures.jpeg(64, 48), SamplePictures.progressiveJpeg(64, 48), SamplePictures.cmykJpeg(64, 48, 2)
        };
        int made = 0;
        for (int i = 0; i < 600; i++) {
            byte[] damaged = originals[i % originals.length].clone();
            damaged[2 + random.nextInt(damaged.length - 2)] = (byte) random.nextInt();
            try {
                made += make(damaged).size() / Thumbnails.SIZES.size();
            } catch (PictureRejectedException expected) {
                assertThat(expected.reason()).as("seed %d, picture %d", seed, i).isNotNull();
            }
        }
        assertThat(made).isBetween(100, 599);
    }

    @Test
    void passesOnThatTheSourceCannotBeRead() {
        byte[] jpeg = SamplePictures.jpeg(800, 600);
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("connection reset");
            }
        };
        PictureSource broken =
                () -> new SequenceInputStream(new ByteArrayInputStream(jpeg, 0, jpeg.length / 2), failing);

        assertThatThrownBy(() -> thumbnails.make(broken))
                .isInstanceOf(IOException.class)
                .hasMessage("connection reset");
    }

    @Test
    void readsTheOriginalOnce() throws IOException {
        AtomicInteger opened = new AtomicInteger();
        byte[] jpeg = SamplePictures.jpeg(800, 600);

        thumbnails.make(() -> {
            opened.incrementAndGet();
            return new ByteArrayInputStream(jpeg);
        });

        assertThat(opened).hasValue(1);
    }

    @Test
    void needsLittleMemoryForTwelveMegapixels() throws IOException {
        byte[] jpeg = SamplePictures.jpeg(4000, 3000);
        make(jpeg);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        make(jpeg);

        // The picture as decoded in full would be 36 MB, and 48 MB more to work on.
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(45L << 20);
    }

    @Test
    void givesTheSameResultFromManyThreads() throws Exception {
        List<byte[]> originals = List.of(
                SamplePictures.jpeg(800, 600),
                SamplePictures.cmykJpeg(500, 400, 0),
                SamplePictures.png(SamplePictures.quarters(500, 400)));
        List<List<Thumbnail>> alone = new ArrayList<>();
        for (byte[] original : originals) {
            alone.add(make(original));
        }
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<Thumbnail>>> together = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                byte[] original = originals.get(i % originals.size());
                together.add(pool.submit(() -> make(original)));
            }
            for (int i = 0; i < together.size(); i++) {
                List<Thumbnail> expected = alone.get(i % originals.size());
                List<Thumbnail> made = together.get(i).get();
                for (int size = 0; size < made.size(); size++) {
                    assertThat(made.get(size).jpeg())
                            .isEqualTo(expected.get(size).jpeg());
                }
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void rejectsSizesThatMakeNoSense() {
        assertThatThrownBy(() -> ThumbnailSize.square(0)).hasMessage("width: 0 (expected: >= 1)");
        assertThatThrownBy(() -> Thumbnails.of(List.of(), PictureLimits.defaults()))
                .hasMessage("sizes: [] (expected: at least one)");
    }

    private List<Thumbnail> make(byte[] original) throws IOException {
        return thumbnails.make(PictureSource.of(original));
    }

    private void assertQuarters(byte[] original, int tolerance) throws IOException {
        for (Thumbnail thumbnail : make(original)) {
            BufferedImage picture = SamplePictures.read(thumbnail.jpeg());
            for (int quarter = 0; quarter < 4; quarter++) {
                assertQuarter(picture, quarter, QUARTERS[quarter], tolerance);
            }
        }
    }

    private void assertFilledWith(byte[] original, int grey) throws IOException {
        for (Thumbnail thumbnail : make(original)) {
            assertQuarter(SamplePictures.read(thumbnail.jpeg()), 0, new Color(grey, grey, grey), 3);
        }
    }

    private static void assertQuarter(BufferedImage picture, int quarter, Color expected, int tolerance) {
        int x = picture.getWidth() * (1 + quarter % 2 * 2) / 4;
        int y = picture.getHeight() * (1 + quarter / 2 * 2) / 4;
        Color seen = new Color(picture.getRGB(x, y));
        int off = Math.max(
                Math.abs(seen.getRed() - expected.getRed()),
                Math.max(
                        Math.abs(seen.getGreen() - expected.getGreen()),
                        Math.abs(seen.getBlue() - expected.getBlue())));
        assertThat(off).as("quarter %d is %s, not %s", quarter, seen, expected).isLessThanOrEqualTo(tolerance);
    }
}
