package dev.headroom.queue.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WeightedTurnsTest {
    private final Share a = new Share("a", 1, 5);
    private final Share b = new Share("b", 2, 1);
    private final Share c = new Share("c", 3, 1);

    @Test
    void isSmooth() {
        assertThat(turns(List.of(a, b, c), 14)).isEqualTo("aabacaaaabacaa");
    }

    @Test
    void countsTheSameInOneDrawAsOneByOne() {
        assertThat(WeightedTurns.draw(List.of(a, b, c), 7)).isEqualTo(Map.of(a, 5, b, 1, c, 1));
    }

    @Test
    void whoHadNoWorkDoesNotCatchUp() {
        for (int i = 0; i < 100; i++) {
            WeightedTurns.draw(List.of(a, b), 1).keySet().stream()
                    .filter(b::equals)
                    .forEach(WeightedTurns::forgo);
        }
        assertThat(turns(List.of(a, b), 12).chars().filter(each -> each == 'b').count())
                .isBetween(1L, 3L);
    }

    private static String turns(List<Share> among, int turns) {
        return IntStream.range(0, turns)
                .mapToObj(i -> WeightedTurns.draw(among, 1).keySet().iterator().next().queue)
                .collect(Collectors.joining());
    }
}
