package dev.headroom.examples.storm.upload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.examples.storm.pictures.TestPicture;
import java.awt.Dimension;
import org.junit.jupiter.api.Test;

class SizeTest {
    private static final TestPicture UPRIGHT = new TestPicture(1, "a.jpg", "image/jpeg", 3000, 4000, "a", new byte[0]);

    @Test
    void fillsSquares() {
        assertThat(new Size(50, 50, true).fits(new Dimension(50, 50), UPRIGHT)).isTrue();
        assertThat(new Size(50, 50, true).fits(new Dimension(38, 50), UPRIGHT)).isFalse();
    }

    @Test
    void keepsProportionsInsideABox() {
        Size box = new Size(685, 685, false);

        assertThat(box.fits(new Dimension(514, 685), UPRIGHT)).isTrue();
        assertThat(box.fits(new Dimension(513, 685), UPRIGHT)).isTrue();
        assertThat(box.fits(new Dimension(685, 514), UPRIGHT)).isFalse();
        assertThat(box.fits(new Dimension(685, 685), UPRIGHT)).isFalse();
    }

    @Test
    void doesNotExpectSmallPicturesToBeEnlarged() {
        TestPicture small = new TestPicture(1, "a.png", "image/png", 40, 30, "a", new byte[0]);

        assertThat(new Size(300, 400, false).fits(new Dimension(40, 30), small)).isTrue();
        assertThat(new Size(50, 50, true).fits(new Dimension(40, 30), small)).isTrue();
    }
}
