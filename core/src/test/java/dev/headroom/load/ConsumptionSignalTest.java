package dev.headroom.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headroom.config.ConfigurationException;
import dev.headroom.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is used up is held against the day on which there is more. */
class ConsumptionSignalTest {
    private static final Duration DAY = Duration.ofDays(1);

    private final ManualClock clock = new ManualClock();
    private long free = 1_000;

    private ConsumptionSignal signal(Duration left) {
        ConsumptionSignal signal = ConsumptionSignal.builder(
                        "storage", () -> free, clock.instant().plus(left))
                .clock(clock)
                .build();
        signal.pressure();
        return signal;
    }

    private void use(LoadSignal signal, long perMinute, int minutes) {
        for (int i = 0; i < minutes; i++) {
            free -= perMinute;
            clock.advance(Duration.ofMinutes(1));
            signal.pressure();
        }
    }

    @Test
    void isOneWhenWhatIsFreeLastsUntilTheDay() {
        free = 2_880;
        ConsumptionSignal signal = signal(DAY.multipliedBy(2));
        use(signal, 1, 720);
        assertThat(signal.pressure()).isCloseTo(1, within(0.001));
        free += 720;
        use(signal, 0, 61);
        assertThat(signal.pressure()).isZero();
        use(signal, 1, 60);
        assertThat(signal.pressure()).isBetween(0.70, 0.80);
    }

    @Test
    void looksBackOnAWindowAndAtTheBeginningOnWhatWasSeenOfIt() {
        free = 1_000_000;
        ConsumptionSignal signal = signal(DAY);
        assertThat(signal.pressure()).isZero();
        use(signal, 100, 1);
        assertThat(signal.pressure()).as("as if in five minutes").isCloseTo(0.0288, within(0.001));
        use(signal, 100, 29);
        assertThat(signal.pressure()).isCloseTo(0.1415, within(0.001));
        use(signal, 0, 30);
        assertThat(signal.pressure()).isCloseTo(0.0692, within(0.001));
        use(signal, 0, 31);
        assertThat(signal.pressure()).isZero();
    }

    @Test
    void endsAtOneHoweverMuchIsUsedAndWhenNothingIsFree() {
        ConsumptionSignal signal = signal(DAY);
        use(signal, 400, 1);
        assertThat(signal.pressure()).isOne();
        free = 0;
        use(signal, 0, 200);
        assertThat(signal.pressure()).isOne();
    }

    @Test
    void aDayThatHasPassedCountsAsAWindowAway() {
        free = 1_200;
        ConsumptionSignal signal = signal(Duration.ofHours(-5));
        use(signal, 10, 60);
        assertThat(signal.pressure()).isOne();
        free = 6_000;
        use(signal, 0, 61);
        use(signal, 10, 60);
        assertThat(signal.pressure()).isCloseTo(600 / 5_400.0, within(0.01));
    }

    @Test
    void whatCanNotBeSeenStaysForAWindowAndIsTakenForFullThen() {
        free = 100_000;
        ConsumptionSignal signal = signal(DAY);
        use(signal, 10, 60);
        double before = signal.pressure();
        assertThat(before).isBetween(0.1, 0.2);
        free = -1;
        use(signal, 0, 59);
        assertThat(signal.pressure()).isEqualTo(before);
        use(signal, 0, 1);
        assertThat(signal.pressure()).isOne();
        free = 99_000;
        use(signal, 0, 1);
        assertThat(signal.pressure()).isLessThan(before);
        LoadSignal never = ConsumptionSignal.builder("gone", () -> fail(), clock.instant())
                .clock(clock)
                .build();
        assertThat(never.pressure()).isNaN();
        use(never, 0, 60);
        assertThat(never.pressure()).isOne();
    }

    private static long fail() {
        throw new IllegalStateException("gone");
    }

    @Test
    void beginsAnewWhenTheClockIsSetBack() {
        free = 100_000;
        ConsumptionSignal signal = signal(DAY);
        use(signal, 10, 60);
        clock.set(clock.instant().minus(DAY));
        assertThat(signal.pressure()).isZero();
        use(signal, 10, 60);
        assertThat(signal.pressure()).isBetween(0.2, 0.4);
    }

    @Test
    void refusesWhatCanNotTakeEffect() {
        assertThatThrownBy(() -> ConsumptionSignal.builder("a b", () -> 1, Instant.EPOCH))
                .hasMessageStartingWith("name: \"a b\"");
        assertThatThrownBy(() ->
                        ConsumptionSignal.builder("a", () -> 1, Instant.EPOCH).window(Duration.ofMillis(59)))
                .hasMessage("window: PT0.059S (expected: >= PT0.06S)");
        assertThatThrownBy(() -> ConsumptionSignal.builder("a", () -> 1, null)).hasMessageStartingWith("until: null");
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        assertThatThrownBy(() ->
                        ConsumptionSignal.builder("a", () -> 1, Instant.EPOCH).window(forEver))
                .hasMessage("window: " + forEver + " (expected: at most 36500 days)");
        for (Instant never : List.of(
                Instant.MAX, Instant.MIN, Instant.ofEpochMilli(Long.MIN_VALUE), Instant.ofEpochMilli(Long.MAX_VALUE))) {
            assertThatThrownBy(() -> ConsumptionSignal.builder("a", () -> 1, never))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessage("until: " + never + " (expected: a day from the year 1970 to 9999)");
        }
    }

    /** A data centre. */
    private static final class Site {
        long free;
        long least = Long.MAX_VALUE;

        Site(long free) {
            this.free = free;
        }

        void write(long gigabytes) {
            free -= gigabytes;
            least = Math.min(least, free);
        }
    }

    @Test
    void aMigrationLivesWithinTheSpaceOfTheWorstOfItsDataCentresAndIsDoneWhenThereIsMore() {
        Site east = new Site(150_000);
        Site west = new Site(500_000);
        SignalLoadFeedback feedback = new SignalLoadFeedback(Duration.ofSeconds(1), clock::nanoTime);
        Instant installed = clock.instant().plus(DAY.multipliedBy(30));
        feedback.register(ConsumptionSignal.builder("storage.east", () -> east.free, installed)
                .clock(clock)
                .build());
        feedback.register(ConsumptionSignal.builder("storage.west", () -> west.free, installed)
                .clock(clock)
                .build());
        Pacer pacer = Pacer.builder("migration", feedback)
                .maximumRate(0.5)
                .interval(Duration.ofMinutes(20))
                .nanoClock(clock::nanoTime)
                .build();
        // 300 TB, two thirds of it for the smaller one, at up to 43 TB a day: that would be full within six days.
        int accounts = 300_000;
        int moved = 0;
        int days = 0;
        while (moved < accounts && days < 90) {
            for (int tenSeconds = 0; tenSeconds < 8_640; tenSeconds++) {
                clock.advance(Duration.ofSeconds(10));
                while (moved < accounts && pacer.tryAcquire()) {
                    (moved++ % 3 == 0 ? west : east).write(1);
                }
                if (tenSeconds % 100 == 0) {
                    east.write(10); // Users' own, which nobody slows down.
                    west.write(10);
                }
            }
            if (++days == 30) {
                assertThat(east.least).as("never full").isPositive();
                assertThat(moved).as("kept moving").isGreaterThan(90_000);
                east.free += 500_000;
            }
        }
        assertThat(moved).as("nothing dropped").isEqualTo(accounts);
        assertThat(east.least).as("never full").isPositive();
    }
}
