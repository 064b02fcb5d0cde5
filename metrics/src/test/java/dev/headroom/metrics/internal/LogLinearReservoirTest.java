package dev.headroom.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.codahale.metrics.Snapshot;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogLinearReservoirTest {
    private static final long SEED = 4711;
    private static final long EPOCH = 30_000_000_000L;

    private final AtomicLong clock = new AtomicLong(1);
    private final LogLinearReservoir reservoir = new LogLinearReservoir(EPOCH, clock::get);

    @Test
    void keepsEveryValueWithinItsBucket() {
        Random random = new Random(SEED);
        for (int i = 0; i < 200_000; i++) {
            long value = i < 5_000 ? i : random.nextLong() >>> 1 >>> random.nextInt(62);
            int index = LogLinearReservoir.index(value);
            double off = Math.abs(LogLinearReservoir.valueOf(index) - (double) value);
            assertThat(off).as("value %s (seed %s)", value, SEED).isLessThanOrEqualTo(value / 64.0 + 0.5);
        }
        assertThat(LogLinearReservoir.valueOf(LogLinearReservoir.index(Long.MAX_VALUE)))
                .isGreaterThan(Long.MAX_VALUE / 64 * 63);
    }

    @Test
    void tellsQuantilesWithinOnePointSixPercent() {
        Random random = new Random(SEED);
        long[] values = new long[50_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) Math.exp(10 + 3 * random.nextGaussian());
            reservoir.update(values[i]);
        }
        Arrays.sort(values);
        Snapshot snapshot = reservoir.getSnapshot();
        for (double quantile : new double[] {0.01, 0.5, 0.9, 0.99, 0.999}) {
            double exact = values[(int) Math.ceil(quantile * values.length) - 1];
            assertThat(snapshot.getValue(quantile) / exact)
                    .as("quantile %s", quantile)
                    .isCloseTo(1, within(0.017));
        }
        assertThat(snapshot.getMean())
                .isCloseTo(Arrays.stream(values).average().orElseThrow(), within(values[values.length - 1] * 0.01));
        assertThat(snapshot.size()).isEqualTo(values.length);
    }

    @Test
    void forgetsWhatIsOlderThanTwoEpochs() {
        reservoir.update(1_000_000);
        clock.addAndGet(EPOCH);
        reservoir.update(5);
        assertThat(reservoir.getSnapshot().size()).isEqualTo(2);
        clock.addAndGet(EPOCH);
        assertThat(reservoir.getSnapshot().getMax()).isEqualTo(5);
        clock.addAndGet(2 * EPOCH);
        assertThat(reservoir.getSnapshot().size()).isZero();
        assertThat(reservoir.getSnapshot().getValue(0.99)).isZero();
    }

    @Test
    void takesNegativeValuesForZero() {
        reservoir.update(-5);
        assertThat(reservoir.getSnapshot().getMin()).isZero();
    }
}
