package dev.headroom.examples.storm.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headroom.examples.marketplace.images.Picture;
import dev.headroom.examples.marketplace.images.PictureInspector;
import dev.headroom.examples.marketplace.images.PictureRejectedException;
import dev.headroom.examples.marketplace.images.PictureRejectedException.Reason;
import dev.headroom.examples.marketplace.images.PictureSource;
import dev.headroom.examples.marketplace.images.Thumbnail;
import dev.headroom.examples.marketplace.images.Thumbnails;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TestPicturesTest {
    private static final Mix MIX = Mix.standard();
    /** Shared by the tests, because painting the bases takes longest. */
    private static final TestPictures PICTURES = TestPictures.seeded(42, MIX);

    private final Thumbnails thumbnails = Thumbnails.withDefaults();

    @ParameterizedTest
    @EnumSource(Variety.class)
    void findsTheNumberInEverySizeOfEveryKind(Variety variety) throws IOException {
        for (int rank = 0; rank < (variety == Variety.ROTATED ? 8 : 1); rank++) {
            int index = indexOf(variety, rank);
            TestPicture picture = PICTURES.picture(index);
            Picture seen = PictureInspector.withDefaults().inspect(PictureSource.of(picture.bytes()));

            assertThat(seen.format().contentType()).isEqualTo(picture.contentType());
            assertThat(seen.uprightWidth()).isEqualTo(picture.width());
            assertThat(seen.uprightHeight()).isEqualTo(picture.height());
            assertThat(seen.orientation().exif()).isEqualTo(1 + rank);
            for (Thumbnail thumbnail : thumbnails.make(PictureSource.of(picture.bytes()))) {
                assertThat(PICTURES.reads(index, thumbnail.jpeg()))
                        .as("%s at %s", picture.description(), thumbnail.size().name())
                        .isTrue();
                assertThat(PICTURES.reads(index + 1, thumbnail.jpeg())).isFalse();
            }
        }
    }

    @Test
    void doesNotFindTheNumberInAThumbnailThatWasNotTurned() throws IOException {
        int index = indexOf(Variety.ROTATED, 5);
        byte[] file = PICTURES.picture(index).bytes();
        int exifLength = 2 + (file[4] & 0xFF) * 256 + (file[5] & 0xFF);
        byte[] forgotten = new byte[file.length - exifLength];
        System.arraycopy(file, 0, forgotten, 0, 2);
        System.arraycopy(file, 2 + exifLength, forgotten, 2, forgotten.length - 2);

        for (Thumbnail thumbnail : thumbnails.make(PictureSource.of(forgotten))) {
            assertThat(PICTURES.reads(index, thumbnail.jpeg())).isFalse();
        }
    }

    @Test
    void makesTheKindsItPromises() {
        assertThat(frame(first(Variety.JPEG))).startsWith(0xC0, 3);
        assertThat(frame(first(Variety.PROGRESSIVE))).startsWith(0xC2, 3);
        assertThat(frame(first(Variety.CMYK))).startsWith(0xC0, 4);
        assertThat(frame(first(Variety.GREYSCALE))).startsWith(0xC0, 1);
        int colourType = 25;
        assertThat(first(Variety.PNG)[colourType]).isEqualTo((byte) 2);
        assertThat(first(Variety.ALPHA)[colourType]).isEqualTo((byte) 6);
        assertThat(first(Variety.PALETTE)[colourType]).isEqualTo((byte) 3);
    }

    @Test
    void makesDistinctFilesOfOneBase() {
        Set<Integer> contents = new HashSet<>();
        for (int rank = 0; rank < 12; rank++) {
            TestPicture picture = PICTURES.picture(indexOf(Variety.JPEG, rank));
            contents.add(Arrays.hashCode(picture.bytes()));
            assertThat(picture.fileName()).matches("storm-0000\\d\\d-jpeg\\.jpg");
        }
        assertThat(contents).hasSize(12);
    }

    @Test
    void makesTheSameFilesForTheSameSeed() {
        int jpeg = indexOf(Variety.JPEG, 0);
        int png = indexOf(Variety.PNG, 0);
        TestPictures again = TestPictures.seeded(42, MIX);
        TestPictures other = TestPictures.seeded(43, MIX);

        assertThat(again.picture(jpeg).bytes()).isEqualTo(first(Variety.JPEG));
        assertThat(again.picture(png).bytes()).isEqualTo(first(Variety.PNG));
        assertThat(other.picture(png).bytes()).isNotEqualTo(first(Variety.PNG));
    }

    @Test
    void makesTheSameFilesFromManyThreads() throws Exception {
        TestPictures small = TestPictures.seeded(3, Mix.parse("png=1,palette=1"));
        TestPictures shared = TestPictures.seeded(3, Mix.parse("png=1,palette=1"));
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<TestPicture>> made = new ArrayList<>();
            for (int index = 0; index < 12; index++) {
                int wanted = index;
                made.add(pool.submit(() -> shared.picture(wanted)));
            }
            for (int index = 0; index < made.size(); index++) {
                assertThat(made.get(index).get().bytes())
                        .isEqualTo(small.picture(index).bytes());
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TRUNCATED_JPEG, TRUNCATED",
        "TRUNCATED_PNG, TRUNCATED",
        "TEXT_AS_JPEG, NOT_A_PICTURE",
        "GIF_AS_PNG, NOT_A_PICTURE",
        "OVERSIZE, TOO_LARGE",
        "PNG_BOMB, TOO_MANY_PIXELS",
    })
    void makesFilesThatAreRefused(Broken kind, Reason reason) {
        TestPicture broken = PICTURES.broken(kind, 9);

        PictureRejectedException rejected = catchThrowableOfType(
                PictureRejectedException.class,
                () -> PictureInspector.withDefaults().inspect(PictureSource.of(broken.bytes())));

        assertThat(rejected.reason()).isEqualTo(reason);
        assertThat(broken.bytes()).isNotEqualTo(PICTURES.broken(kind, 10).bytes());
    }

    @Test
    void refusesIndexesThatDoNotFitIntoTheMark() {
        assertThatThrownBy(() -> PICTURES.picture(-1)).hasMessage("index: -1 (expected: 0 … 1048575)");
        assertThatThrownBy(() -> PICTURES.picture(TestPictures.largestIndex() + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] first(Variety variety) {
        return PICTURES.picture(indexOf(variety, 0)).bytes();
    }

    private static int indexOf(Variety variety, int rank) {
        int index = 0;
        while (MIX.varietyAt(index) != variety || MIX.rankAt(index) != rank) {
            index++;
        }
        return index;
    }

    /** The frame header's marker and number of components. */
    private static int[] frame(byte[] jpeg) {
        int at = 2;
        while (true) {
            int marker = jpeg[at + 1] & 0xFF;
            if (marker == 0xC0 || marker == 0xC2) {
                return new int[] {marker, jpeg[at + 9]};
            }
            at += 2 + ((jpeg[at + 2] & 0xFF) << 8 | jpeg[at + 3] & 0xFF);
        }
    }
}
