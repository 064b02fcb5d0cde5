package dev.headroom.examples.storm.pictures;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkTest {
    private final Mark mark = new Mark(42);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 0x55555, 0xAAAAA, Mark.LARGEST})
    void readsTheNumberItPainted(int index) {
        assertThat(mark.read(painted(400, 300, 1, index))).hasValue(index);
        assertThat(mark.read(painted(300, 400, 1, index))).hasValue(index);
        assertThat(mark.read(painted(50, 50, 1, index))).hasValue(index);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
    void doesNotReadTheNumberOfATurnedOrMirroredPicture(int orientation) {
        for (int index = 0; index < 200; index++) {
            assertThat(mark.read(painted(400, 300, orientation, index))).isNotEqualTo(OptionalInt.of(index));
        }
    }

    @Test
    void readsNothingOfAnotherSeed() {
        int taken = 0;
        for (int index = 0; index < 2000; index++) {
            OptionalInt read = new Mark(43).read(painted(60, 60, 1, index));
            taken += read.isPresent() ? 1 : 0;
        }
        assertThat(taken).isLessThan(5);
    }

    @Test
    void readsNothingWhereThereIsNoMark() {
        assertThat(mark.read(new BufferedImage(300, 225, BufferedImage.TYPE_INT_RGB)))
                .isEmpty();
        assertThat(mark.read(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB)))
                .isEmpty();
    }

    private BufferedImage painted(int width, int height, int orientation, int index) {
        Upright layout = new Upright(width, height, orientation);
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = picture.createGraphics();
        graphics.transform(layout.stored());
        mark.paint(graphics, layout.uprightWidth(), layout.uprightHeight(), index);
        graphics.dispose();
        return picture;
    }
}
