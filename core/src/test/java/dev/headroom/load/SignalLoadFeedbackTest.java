package dev.headroom.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.headroom.load.LoadFeedback.Registration;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalLoadFeedbackTest {
    private long nanos;
    private double pressure;
    private final SignalLoadFeedback feedback = new SignalLoadFeedback(Duration.ofMillis(50), () -> nanos);

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private double factor(Criticality criticality) {
        return feedback.advise(criticality).factor();
    }

    @Test
    void stopsTheLeastCriticalFirst() {
        feedback.register(LoadSignal.of("db.pool", () -> pressure));
        double[][] expected = {
            // pressure, then the factors of CRITICAL_PLUS, CRITICAL, SHEDDABLE_PLUS, SHEDDABLE
            {0.70, 1, 1, 1, 1},
            {0.85, 1, 1, 1, 0.5},
            {1.00, 1, 1, 0.5714, 0},
            {1.20, 1, 1, 0, 0},
            {1.60, 1, 0.5, 0, 0},
            {2.00, 1, 0, 0, 0},
            {9.00, 1, 0, 0, 0},
        };
        for (double[] row : expected) {
            pressure = row[0];
            pass(Duration.ofMillis(50));
            for (Criticality criticality : Criticality.values()) {
                assertThat(factor(criticality)).isCloseTo(row[criticality.ordinal() + 1], within(0.0001));
            }
        }
        assertThat(feedback.advise(Criticality.SHEDDABLE).cause()).isEqualTo("db.pool");
    }

    @Test
    void risesAtOnceAndFallsWithATimeConstantOfASecond() {
        feedback.register(LoadSignal.of("lag", () -> pressure));
        pressure = 1;
        pass(Duration.ofMillis(50));
        assertThat(feedback.pressure()).isEqualTo(1);
        pressure = 0;
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofMillis(50));
            feedback.pressure();
        }
        assertThat(feedback.pressure()).isCloseTo(Math.exp(-1), within(0.001));
        assertThat(feedback.pressures()).containsEntry("lag", 0.0);
    }

    @Test
    void takesTheWorstKnownSignalAndLeavesOutTheUnknown() {
        feedback.register(LoadSignal.of("low", () -> 0.2));
        feedback.register(LoadSignal.of("high", () -> 0.9));
        feedback.register(LoadSignal.of("unknown", () -> Double.NaN));
        feedback.register(LoadSignal.of("broken", () -> {
            throw new IllegalStateException("sensor");
        }));
        pass(Duration.ofMillis(50));
        assertThat(feedback.pressure()).isEqualTo(0.9);
        assertThat(feedback.advise(Criticality.SHEDDABLE).cause()).isEqualTo("high");
        assertThat(feedback.pressures()).containsEntry("broken", Double.NaN).containsEntry("unknown", Double.NaN);
    }

    @Test
    void leavesOutWhatItsReaderAnswersByOtherMeans() {
        feedback.register(LoadSignal.of("queue.backlog", () -> 1.1));
        feedback.register(LoadSignal.of("lag", () -> pressure));
        LoadFeedback others = feedback.without(name -> name.startsWith("queue."));
        pressure = 0.85;
        pass(Duration.ofMillis(50));

        assertThat(factor(Criticality.SHEDDABLE)).isZero();
        assertThat(others.advise(Criticality.SHEDDABLE).factor()).isCloseTo(0.5, within(0.0001));
        assertThat(others.advise(Criticality.SHEDDABLE).cause()).isEqualTo("lag");
        assertThat(others.pressures()).containsOnlyKeys("lag");
        assertThat(others.without("lag"::equals).advise(Criticality.SHEDDABLE).go())
                .isTrue();

        pressure = 0;
        pass(Duration.ofSeconds(1));
        assertThat(others.pressure()).as("falls slowly, too").isCloseTo(0.85 * Math.exp(-1), within(0.001));
    }

    @Test
    void outlivesAnAbsurdReading() {
        feedback.register(LoadSignal.of("ratio", () -> pressure));
        for (double glitch : new double[] {1 / 0.0, Double.MAX_VALUE, 1 / -0.0}) {
            pressure = glitch;
            pass(Duration.ofMillis(50));
            feedback.pressure();
            pressure = 0.5;
            for (int i = 0; i < 100; i++) {
                pass(Duration.ofMillis(50));
                feedback.pressure();
            }
            pass(Duration.ofHours(1));
            assertThat(feedback.pressure()).isCloseTo(0.5, within(0.001));
            assertThat(feedback.advise(Criticality.CRITICAL).go()).isTrue();
        }
    }

    @Test
    void leavesOutAnInfiniteReading() {
        feedback.register(LoadSignal.of("ratio", () -> 1 / 0.0));
        pass(Duration.ofMillis(50));
        assertThat(feedback.advise(Criticality.CRITICAL).go()).isTrue();
        assertThat(feedback.pressures()).containsEntry("ratio", Double.NaN);
    }

    @Test
    void isOverAHugeReadingWithinSeconds() {
        feedback.register(LoadSignal.of("lag", () -> pressure));
        pressure = 1e9;
        pass(Duration.ofMillis(50));
        assertThat(factor(Criticality.CRITICAL)).isZero();
        pressure = 0;
        pass(Duration.ofSeconds(3));
        assertThat(feedback.advise(Criticality.CRITICAL).go()).isTrue();
    }

    @Test
    void goesOnWhenNothingIsKnown() {
        feedback.register(LoadSignal.of("unknown", () -> Double.NaN));
        pass(Duration.ofMillis(50));
        for (Criticality criticality : Criticality.values()) {
            assertThat(feedback.advise(criticality).go()).isTrue();
        }
    }

    @Test
    void forgetsAClosedRegistration() {
        Registration registration = feedback.register(LoadSignal.of("gone", () -> 1.0));
        assertThatThrownBy(() -> feedback.register(LoadSignal.of("gone", () -> 1.0)))
                .isInstanceOf(IllegalArgumentException.class);
        registration.close();
        registration.close();
        pass(Duration.ofMillis(50));
        assertThat(feedback.pressures()).isEmpty();
    }

    @Test
    void pacerKeepsItsRateAndItsMinimum() throws InterruptedException {
        feedback.register(LoadSignal.of("db", () -> pressure));
        Pacer pacer = Pacer.builder("copy", feedback)
                .maximumRate(100)
                .minimumRate(2)
                .nanoClock(() -> nanos)
                .build();
        assertThat(permitsIn(pacer, Duration.ofSeconds(10))).isBetween(999, 1001);
        pressure = 1;
        permitsIn(pacer, Duration.ofSeconds(1));
        assertThat(pacer.rate()).isEqualTo(2);
        assertThat(permitsIn(pacer, Duration.ofSeconds(10))).isBetween(19, 21);
        nanos += TimeUnit.HOURS.toNanos(1);
        assertThat(pacer.tryAcquire(Duration.ofSeconds(1))).isTrue();
        assertThat(permitsIn(pacer, Duration.ofSeconds(1)))
                .as("no burst after an idle hour")
                .isLessThan(5);
        while (pacer.tryAcquire()) {
            assertThat(pacer.rate()).isEqualTo(2);
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(pacer::acquire).isInstanceOf(InterruptedException.class);
    }

    private int permitsIn(Pacer pacer, Duration time) {
        int permits = 0;
        for (long end = nanos + time.toNanos(); nanos < end; pass(Duration.ofMillis(1))) {
            permits += pacer.tryAcquire() ? 1 : 0;
        }
        return permits;
    }
}
