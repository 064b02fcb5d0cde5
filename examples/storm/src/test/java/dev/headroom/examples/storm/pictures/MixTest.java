package dev.headroom.examples.storm.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixTest {
    @Test
    void meetsEveryKindEarlyAndKeepsTheWeights() {
        Mix mix = Mix.standard();

        assertThat(IntStream.range(0, 30).mapToObj(mix::varietyAt)).contains(Variety.values());
        assertThat(counts(mix, 500))
                .containsEntry(Variety.JPEG, 200L)
                .containsEntry(Variety.ROTATED, 120L)
                .containsEntry(Variety.PALETTE, 20L);
    }

    @Test
    void takesOnlyTheKindsThatAreNamed() {
        Mix mix = Mix.parse(" png=3, cmyk=1,jpeg=0");

        assertThat(counts(mix, 40)).isEqualTo(Map.of(Variety.PNG, 30L, Variety.CMYK, 10L));
        assertThat(mix).hasToString("{cmyk=1, png=3}");
    }

    @Test
    void countsThePicturesOfAKind() {
        Mix mix = Mix.parse("jpeg=2,png=3");
        long[] seen = new long[Variety.values().length];
        for (int index = 0; index < 40; index++) {
            assertThat(mix.rankAt(index))
                    .isEqualTo((int) seen[mix.varietyAt(index).ordinal()]++);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "jpeg", "jpeg=x", "jpeg=-1", "gif=1", "jpeg=0", "jpeg=1,", "jpeg=1=2", "jpeg=99999"})
    void refusesWhatIsNoMix(String text) {
        assertThatThrownBy(() -> Mix.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("mix: \"" + text + "\" (expected: kind=weight,…")
                .hasMessageContaining("greyscale");
    }

    private static Map<Variety, Long> counts(Mix mix, int pictures) {
        return IntStream.range(0, pictures)
                .mapToObj(mix::varietyAt)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
}
