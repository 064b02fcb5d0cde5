package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.router.spi.Position;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LagClockTest {
    private final LagClock clock = new LagClock();

    private static Position at(long lsn) {
        return new Position(1, lsn);
    }

    @Test
    void knowsNothingBeforeTheFirstSampleAndBelowTheOldest() {
        assertThat(clock.freshAsOf(at(100))).isEmpty();
        clock.sample(10, at(100));
        assertThat(clock.freshAsOf(at(99))).isEmpty();
        assertThat(clock.freshAsOf(at(100))).hasValue(10);
    }

    @Test
    void idlePrimaryMovesTheTimeOfItsLastPosition() {
        clock.sample(10, at(100));
        clock.sample(20, at(100));
        assertThat(clock.freshAsOf(at(100))).hasValue(20);
    }

    @Test
    void replicaBetweenTwoSamplesIsAsFreshAsTheOlder() {
        clock.sample(10, at(100));
        clock.sample(20, at(200));
        assertThat(clock.freshAsOf(at(150))).hasValue(10);
        assertThat(clock.freshAsOf(at(250))).hasValue(20);
    }

    @Test
    void anotherTimelineStartsAnew() {
        clock.sample(10, at(100));
        clock.sample(20, new Position(2, 150));
        assertThat(clock.freshAsOf(at(100))).isEmpty();
        assertThat(clock.freshAsOf(new Position(2, 150))).hasValue(20);
    }

    @Test
    void neverTellsATimeThatIsTooLateHoweverManySamples() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        int samples = 20_000;
        long[] lsnAt = new long[samples];
        long lsn = 1;
        for (int time = 0; time < samples; time++) {
            lsn += random.nextInt(3);
            lsnAt[time] = lsn;
            clock.sample(time, at(lsn));
        }
        for (int i = 0; i < 10_000; i++) {
            long replayed = 1 + random.nextLong(lsn);
            clock.freshAsOf(at(replayed))
                    .ifPresent(time -> assertThat(lsnAt[(int) time]).isLessThanOrEqualTo(replayed));
        }
        assertThat(clock.freshAsOf(at(lsn))).hasValue(samples - 1);
        assertThat(clock.freshAsOf(at(lsn / 100)))
                .as("old samples are thinned, not lost")
                .isPresent();
    }

    @Test
    void replicaThatIsHoursBehindIsKnownToAFewPercent() {
        long samples = 1_000_000; // ten a second, for more than a day
        for (long time = 0; time < samples; time++) {
            clock.sample(time, at(time + 1));
        }
        for (long age : new long[] {500, 5_000, 36_000, 200_000, 800_000}) {
            long truth = samples - age;
            assertThat(clock.freshAsOf(at(truth + 1)).orElseThrow()).isBetween(truth - age / 15, truth);
        }
    }
}
