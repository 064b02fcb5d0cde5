package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.router.spi.Position;
import org.junit.jupiter.api.Test;

class PositionTest {
    private final PositionCodec main = new PositionCodec("main", () -> "p", position -> false, () -> false);
    private final PositionCodec billing = new PositionCodec("billing.eu", () -> "m", position -> false, () -> false);

    @Test
    void olderTimelineNeverCoversANewerOne() {
        assertThat(new Position(2, 50).covers(new Position(1, 50))).isTrue();
        assertThat(new Position(1, 99).covers(new Position(2, 50))).isFalse();
        assertThat(new Position(2, 49).covers(new Position(1, 50))).isFalse();
    }

    @Test
    void combinedPositionCoversBoth() {
        Position a = new Position(1, 90);
        Position b = new Position(2, 50);
        assertThat(a.and(b).covers(a)).isTrue();
        assertThat(a.and(b).covers(b)).isTrue();
        assertThat(Position.NONE.and(a)).isEqualTo(a);
    }

    @Test
    void tokenCarriesSeveralClustersAndEachReadsItsOwn() {
        ConsistencyToken token = main.token(new Position(1, 0x14fc000));
        assertThat(token.value()).isEqualTo("v1~main:p1:14fc000");
        ConsistencyToken both = billing.raise(token, new Position(3, 7));
        assertThat(main.position(both)).isEqualTo(new Position(1, 0x14fc000));
        assertThat(billing.position(both)).isEqualTo(new Position(3, 7));
        assertThat(main.raise(both, new Position(1, 5))).isSameAs(both);
    }

    @Test
    void combineTakesTheHigherOfEachCluster() {
        ConsistencyToken a = billing.raise(main.token(new Position(1, 10)), new Position(1, 99));
        ConsistencyToken b = billing.raise(main.token(new Position(1, 20)), new Position(1, 1));
        ConsistencyToken combined = main.combine(a, b);
        assertThat(main.position(combined)).isEqualTo(new Position(1, 20));
        assertThat(billing.position(combined)).isEqualTo(new Position(1, 99));
        assertThat(main.combine(a, ConsistencyToken.NONE)).isSameAs(a);
    }

    @Test
    void rubbishIsNoPosition() {
        for (String text : new String[] {
            "x", "v1", "v1~", "v1~main", "v1~main:p1", "v1~main:p1:xyz", "v1~main:p1:0", "v9~main:p1:5"
        }) {
            assertThat(main.position(new ConsistencyToken(text))).as(text).isEqualTo(Position.NONE);
        }
    }

    @Test
    void positionOfAnotherKindOfDatabaseIsNotComparedButBeyondAllThereIs() {
        PositionCodec before = new PositionCodec("main", () -> "m", position -> false, () -> false);
        ConsistencyToken old = before.token(new Position(65_537, 5));
        assertThat(new Position(1, Long.MAX_VALUE).covers(main.position(old))).isFalse();
        assertThat(main.position(new ConsistencyToken("v1~main:1:5"))).isEqualTo(main.position(old));
        // What is written now comes after all of it.
        assertThat(main.raise(old, new Position(1, 7)).value()).isEqualTo("v1~main:p1:7");
        assertThat(billing.raise(old, new Position(1, 7)).value()).isEqualTo("v1~billing.eu:m1:7~main:m65537:5");
    }
}
