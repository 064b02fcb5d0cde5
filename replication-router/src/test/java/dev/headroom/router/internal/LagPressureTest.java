package dev.headroom.router.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LagPressureTest {
    private static final Duration SOFT = Duration.ofMillis(500);
    private static final Duration HARD = Duration.ofSeconds(30);

    private static double pressure(Duration lag) {
        return RouterParts.lagPressure(lag.toNanos(), SOFT, HARD);
    }

    @Test
    void slowsBackgroundWorkDownFromTheSoftLimitAndNeverReachesCriticalWork() {
        assertThat(pressure(Duration.ZERO)).isZero();
        assertThat(pressure(Duration.ofMillis(250))).isCloseTo(0.35, within(1e-9));
        assertThat(pressure(SOFT)).isCloseTo(0.7, within(1e-9));
        assertThat(pressure(Duration.ofSeconds(1))).isBetween(0.75, 0.80);
        assertThat(pressure(Duration.ofSeconds(6))).isBetween(1.0, 1.02);
        assertThat(pressure(HARD)).isEqualTo(1.2);
        assertThat(RouterParts.lagPressure(Long.MAX_VALUE, SOFT, HARD)).isEqualTo(1.2);
        assertThat(RouterParts.lagPressure(SOFT.toNanos() + 1, SOFT, SOFT)).isEqualTo(1.2);
    }

    @Test
    void slowAnswersSlowBackgroundWorkDownLongBeforeANodeIsOut() {
        Duration timeout = Duration.ofMillis(250);
        assertThat(RouterParts.latencyPressure(1_000_000, timeout)).isLessThan(0.02);
        assertThat(RouterParts.latencyPressure(50_000_000, timeout)).isCloseTo(0.7, within(1e-9));
        assertThat(RouterParts.latencyPressure(100_000_000, timeout)).isBetween(0.8, 1.0);
        assertThat(RouterParts.latencyPressure(400_000_000, timeout)).isEqualTo(1.2);
    }

    @Test
    void growsWithTheLag() {
        double before = -1;
        for (long millis = 0; millis <= 31_000; millis += 50) {
            double now = pressure(Duration.ofMillis(millis));
            assertThat(now).isGreaterThanOrEqualTo(before);
            before = now;
        }
    }
}
