package dev.headroom.cache.internal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MovesTest {
    /** The first letter of the key is its node's. */
    private static Moves of(String record) {
        return Moves.of(
                record.getBytes(US_ASCII),
                nodes -> nodes.contains("?")
                        ? Optional.empty()
                        : Optional.of(key ->
                                List.of(nodes.split(",")).contains(key.substring(0, 1)) ? key.substring(0, 1) : "a"));
    }

    @Test
    void aValueFromBeforeIsBadWhereItsKeyWasAnothersThen() {
        Moves moves = of("5 a,b 8:a,b,c;");
        assertThat(moves.good("a1", "a", 6)).isTrue();
        assertThat(moves.good("c1", "a", 6)).as("it was on c").isFalse();
        assertThat(moves.good("c1", "a", 8)).as("from after the move").isTrue();
    }

    @Test
    void eachMoveCounts() {
        Moves moves = of("5 a 8:a,c;9:a,b;");
        assertThat(moves.good("c1", "a", 7)).isFalse();
        assertThat(moves.good("c1", "a", 8)).isTrue();
        assertThat(moves.good("b1", "a", 8)).isFalse();
        assertThat(moves.good("b1", "a", 9)).isTrue();
    }

    @Test
    void whatTheTierCanNotTellIsBad() {
        assertThat(of("5 a,b 8:?;").good("a1", "a", 7)).isFalse();
        assertThat(of("5 a,b 8:?;").good("a1", "a", 8)).isTrue();
    }

    @Test
    void aClearingLeavesThoseThatCameAfterIt() {
        byte[] record = bytes("5 a,b 8:a,b,c;9:a,b,d;");
        assertThat(Moves.any(record)).isTrue();
        assertThat(Moves.after(record, 8)).isEqualTo(" 9:a,b,d;");
        assertThat(Moves.after(record, 9)).isEmpty();
        assertThat(Moves.any(bytes("5 a,b"))).isFalse();
        assertThat(Moves.any(null)).isFalse();
        assertThat(Moves.after(bytes("5 a,b"), 0)).isEmpty();
    }

    @Test
    void ofOneListTheLastMoveIsKept() {
        byte[] record = bytes("5 a,b 8:a,b,c;9:a,b,d;");
        assertThat(Moves.with(record, 10, List.of("a,b,c"))).isEqualTo(" 9:a,b,d;10:a,b,c;");
        assertThat(Moves.with(bytes("5 a,b"), 10, List.of("a,b,c"))).isEqualTo(" 10:a,b,c;");
    }

    private static byte[] bytes(String record) {
        return record.getBytes(US_ASCII);
    }
}
