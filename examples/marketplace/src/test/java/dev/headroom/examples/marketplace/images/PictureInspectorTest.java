package dev.headroom.examples.marketplace.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headroom.examples.marketplace.images.PictureRejectedException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureInspectorTest {
    private static final byte[] JPEG = SamplePictures.jpeg(64, 48);
    private static final byte[] PROGRESSIVE = SamplePictures.progressiveJpeg(64, 48);
    private static final byte[] PNG = SamplePictures.png(SamplePictures.quarters(64, 48));

    private final PictureInspector inspector = PictureInspector.withDefaults();

    @Test
    void describesJpegsAndPngs() throws IOException {
        assertThat(inspect(JPEG)).isEqualTo(new Picture(PictureFormat.JPEG, 64, 48, Orientation.NORMAL, JPEG.length));
        assertThat(inspect(PROGRESSIVE).width()).isEqualTo(64);
        assertThat(inspect(PNG)).isEqualTo(new Picture(PictureFormat.PNG, 64, 48, Orientation.NORMAL, PNG.length));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsTheOrientationInBothByteOrders(int orientation) throws IOException {
        for (boolean littleEndian : new boolean[] {true, false}) {
            Picture jpeg = inspect(SamplePictures.withOrientation(JPEG, orientation, littleEndian));
            Picture png = inspect(PngChunks.insert(PNG, "eXIf", SamplePictures.tiff(orientation, littleEndian)));

            assertThat(jpeg.orientation().exif()).isEqualTo(orientation);
            assertThat(jpeg.uprightWidth()).isEqualTo(orientation >= 5 ? 48 : 64);
            assertThat(png.orientation()).isEqualTo(jpeg.orientation());
        }
    }

    @Test
    void takesBrokenExifForUpright() throws IOException {
        byte[] exif = SamplePictures.exif(6, true);
        Random random = new Random(42);
        for (int length = 0; length < exif.length - 6; length++) {
            byte[] cut = Arrays.copyOf(exif, length);
            assertThat(inspect(SamplePictures.withSegment(JPEG, 0xE1, cut)).orientation())
                    .isEqualTo(Orientation.NORMAL);
        }
        for (int i = 0; i < 1000; i++) {
            byte[] noise = exif.clone();
            noise[6 + random.nextInt(exif.length - 6)] = (byte) random.nextInt();
            assertThat(inspect(SamplePictures.withSegment(JPEG, 0xE1, noise)).width())
                    .isEqualTo(64);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GIF89a..........., This is a GIF.",
        "<html><body>hello</body>, This is a text file.",
        "short, This is a text file.",
        "'', This file is empty.",
        "RIFF....WEBPVP8 , This is a WebP picture.",
        "....ftypheic...., This is a HEIC photo.",
        "%PDF-1.7........, This is a PDF.",
        "BM.............., This is a bitmap (BMP).",
    })
    void namesWhatIsNotAPicture(String content, String finding) {
        assertThat(rejection(content.getBytes(StandardCharsets.US_ASCII)))
                .hasMessageStartingWith(finding)
                .extracting(PictureRejectedException::reason)
                .isEqualTo(Reason.NOT_A_PICTURE);
    }

    @Test
    void rejectsTextThatIsNamedLikeAPhoto(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("photo.jpg"), "I am not a photo at all.");

        PictureRejectedException rejected =
                catchThrowableOfType(PictureRejectedException.class, () -> inspector.inspect(file));

        assertThat(rejected.reason()).isEqualTo(Reason.NOT_A_PICTURE);
        assertThat(rejected.reason().status()).isEqualTo(415);
    }

    @Test
    void rejectsAJpegCutAnywhere() {
        for (byte[] whole : new byte[][] {JPEG, PROGRESSIVE, SamplePictures.withOrientation(JPEG, 3, true)}) {
            for (int length = 4; length < whole.length; length++) {
                assertThat(rejection(Arrays.copyOf(whole, length)).reason())
                        .as("cut at %d of %d", length, whole.length)
                        .isEqualTo(Reason.TRUNCATED);
            }
        }
    }

    @Test
    void rejectsAPngCutAnywhere() {
        for (int length = 8; length < PNG.length; length++) {
            assertThat(rejection(Arrays.copyOf(PNG, length)).reason())
                    .as("cut at %d of %d", length, PNG.length)
                    .isEqualTo(Reason.TRUNCATED);
        }
    }

    @Test
    void isNotFooledByTheEndMarkerOfAnEmbeddedThumbnail() {
        byte[] preview = SamplePictures.jpeg(8, 8);
        byte[] whole = SamplePictures.withSegment(JPEG, 0xE1, preview);

        assertThat(rejection(Arrays.copyOf(whole, preview.length + 100)).reason())
                .isEqualTo(Reason.TRUNCATED);
    }

    @Test
    void rejectsAPngWithAnyByteChanged() {
        Random random = new Random(7);
        for (int at = 8; at < PNG.length; at++) {
            byte[] changed = PNG.clone();
            changed[at] ^= (byte) (1 + random.nextInt(255));
            assertThatThrownBy(() -> inspect(changed)).as("byte %d", at).isInstanceOf(PictureRejectedException.class);
        }
    }

    @Test
    void survivesRandomDamageToAJpeg() throws IOException {
        Random random = new Random(11);
        int passed = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] changed = JPEG.clone();
            changed[2 + random.nextInt(JPEG.length - 2)] = (byte) random.nextInt();
            try {
                inspect(changed);
                passed++;
            } catch (PictureRejectedException expected) {
                assertThat(expected.getMessage()).endsWith(".");
            }
        }
        assertThat(passed).isBetween(1, 1999);
    }

    @Test
    void rejectsAPngBombByItsHeader() {
        byte[] bomb = PngChunks.header(50_000, 50_000, 8, 6)
                .chunk("IDAT", new byte[20])
                .end();

        assertThat(rejection(bomb).reason()).isEqualTo(Reason.TOO_MANY_PIXELS);
        assertThat(rejection(bomb)).hasMessageContaining("50000 x 50000").hasMessageContaining("100 megapixels");
    }

    @Test
    void rejectsOneVeryLongLine() {
        byte[] line = PngChunks.header(90_000_000, 1, 16, 6)
                .chunk("IDAT", new byte[20])
                .end();

        assertThat(rejection(line).reason()).isEqualTo(Reason.TOO_MANY_PIXELS);
    }

    @Test
    void rejectsAJpegThatClaimsTooManyPixels() {
        byte[] bomb = JPEG.clone();
        int frame = indexOfFrame(bomb);
        Arrays.fill(bomb, frame + 5, frame + 9, (byte) 0xFF);

        assertThat(rejection(bomb).reason()).isEqualTo(Reason.TOO_MANY_PIXELS);
    }

    @Test
    void rejectsMoreScansThanRealPicturesHave() {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        bomb.write(PROGRESSIVE, 0, PROGRESSIVE.length - 2);
        for (int i = 0; i < 100; i++) {
            bomb.writeBytes(SamplePictures.bytes(0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 63, 0, 0));
        }
        bomb.writeBytes(SamplePictures.bytes(0xFF, 0xD9));

        assertThat(rejection(bomb.toByteArray()).reason()).isEqualTo(Reason.UNSUPPORTED);
    }

    @ParameterizedTest
    @CsvSource({"1, 0xC9", "1, 0xC3", "4, 12", "9, 2"})
    void rejectsKindsOfJpegThatCannotBeDecoded(int offset, String value) {
        byte[] odd = JPEG.clone();
        odd[indexOfFrame(odd) + offset] = Integer.decode(value).byteValue();

        assertThat(rejection(odd).reason()).isEqualTo(Reason.UNSUPPORTED);
    }

    @Test
    void rejectsUnusualPngs() {
        byte[] critical = PngChunks.insert(PNG, "CgBI", new byte[4]);
        byte[] noPalette =
                PngChunks.header(4, 4, 8, 3).chunk("IDAT", new byte[9]).end();
        byte[] oddDepth =
                PngChunks.header(4, 4, 7, 2).chunk("IDAT", new byte[9]).end();
        byte[] noData = PngChunks.header(4, 4, 8, 2).end();

        assertThat(rejection(critical).reason()).isEqualTo(Reason.UNSUPPORTED);
        assertThat(rejection(noPalette).reason()).isEqualTo(Reason.DAMAGED);
        assertThat(rejection(oddDepth).reason()).isEqualTo(Reason.DAMAGED);
        assertThat(rejection(noData).reason()).isEqualTo(Reason.DAMAGED);
    }

    @Test
    void holdsTheByteLimitForTheWholeFile(@TempDir Path folder) throws IOException {
        byte[] padded = Arrays.copyOf(JPEG, JPEG.length + 200_000);
        Path file = Files.write(folder.resolve("padded.jpg"), padded);
        PictureInspector strict = PictureInspector.with(PictureLimits.defaults().withMaxBytes(150_000));

        assertThat(inspect(padded).bytes()).isEqualTo(padded.length);
        assertThat(catchThrowableOfType(PictureRejectedException.class, () -> strict.inspect(file))
                        .reason())
                .isEqualTo(Reason.TOO_LARGE);
        assertThat(catchThrowableOfType(PictureRejectedException.class, () -> strict.inspect(PictureSource.of(padded)))
                        .reason())
                .isEqualTo(Reason.TOO_LARGE);
    }

    @Test
    void readsFromSourcesThatGiveOneByteAtATime() throws IOException {
        InputStream whole = PictureSource.of(PNG).open();
        PictureSource trickle = () -> new InputStream() {
            @Override
            public int read() throws IOException {
                return whole.read();
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return whole.read(target, offset, Math.min(1, length));
            }
        };

        assertThat(inspector.inspect(trickle).bytes()).isEqualTo(PNG.length);
    }

    @Test
    void rejectsLimitsThatMakeNoSense() {
        assertThatThrownBy(() -> PictureLimits.defaults().withMaxBytes(0)).hasMessage("maxBytes: 0 (expected: >= 1)");
        assertThatThrownBy(() -> PictureLimits.defaults().withMaxPixels(-1))
                .hasMessage("maxPixels: -1 (expected: >= 1)");
    }

    private Picture inspect(byte[] bytes) throws IOException {
        return inspector.inspect(PictureSource.of(bytes));
    }

    private PictureRejectedException rejection(byte[] bytes) {
        return catchThrowableOfType(PictureRejectedException.class, () -> inspect(bytes));
    }

    private static int indexOfFrame(byte[] jpeg) {
        for (int i = 0; i < jpeg.length - 1; i++) {
            if (jpeg[i] == (byte) 0xFF && jpeg[i + 1] == (byte) 0xC0) {
                return i;
            }
        }
        throw new IllegalArgumentException("no frame header");
    }
}
