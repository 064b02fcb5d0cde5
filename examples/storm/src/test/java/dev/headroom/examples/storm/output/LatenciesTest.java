package dev.headroom.examples.storm.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void givesPercentilesInMilliseconds() {
        for (int millis = 1; millis <= 1000; millis++) {
            latencies.record(Duration.ofMillis(millis).toNanos());
        }

        assertThat(latencies.count()).isEqualTo(1000);
        assertThat(latencies.millis(50)).isCloseTo(500, within(1.0));
        assertThat(latencies.millis(99)).isCloseTo(990, within(1.0));
        assertThat(latencies.longestMillis()).isCloseTo(1000, within(1.0));
    }

    @Test
    void keepsThousandthsOfMilliseconds() {
        latencies.record(Duration.ofNanos(42_000).toNanos());

        assertThat(latencies.millis(50)).isEqualTo(0.042);
    }

    @Test
    void hasNoPercentileOfNothing() {
        assertThat(latencies.millis(50)).isNaN();
        assertThat(Latencies.text(latencies.longestMillis())).isEqualTo("-");
    }

    @Test
    void writesLargeNumbersWithoutDecimals() {
        assertThat(Latencies.text(12.345)).isEqualTo("12.3");
        assertThat(Latencies.text(1234.5)).isEqualTo("1,235");
    }
}
