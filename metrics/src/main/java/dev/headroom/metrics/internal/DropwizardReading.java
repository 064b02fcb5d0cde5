package dev.headroom.metrics.internal;

import com.codahale.metrics.Counting;
import com.codahale.metrics.Gauge;
import com.codahale.metrics.Metered;
import com.codahale.metrics.Metric;
import com.codahale.metrics.Sampling;
import com.codahale.metrics.Timer;
import dev.headroom.meter.Readings.Reading;
import java.time.Duration;

/**
 * A Dropwizard metric as a reading. Dropwizard keeps no time of the last update, so the age is that of the read: zero.
 *
 * @param metric what is read
 * @param unit what a value is multiplied by: timers keep nanoseconds
 */
public record DropwizardReading(Metric metric, double unit) implements Reading {
    private static final double NANOS = 1e-9;

    /** The metric as a reading. */
    public static Reading of(Metric metric) {
        return new DropwizardReading(metric, metric instanceof Timer ? NANOS : 1);
    }

    @Override
    public long count() {
        return metric instanceof Counting counting ? counting.getCount() : 0;
    }

    @Override
    public double recentRate() {
        return metric instanceof Metered metered ? metered.getOneMinuteRate() : 0;
    }

    @Override
    public double value() {
        if (metric instanceof Gauge<?> gauge) {
            return gauge.getValue() instanceof Number number ? number.doubleValue() : Double.NaN;
        }
        return metric instanceof Sampling sampling ? sampling.getSnapshot().getMean() * unit : count();
    }

    @Override
    public double quantile(double q) {
        if (metric instanceof Sampling sampling && sampling.getSnapshot().size() > 0) {
            return sampling.getSnapshot().getValue(q) * unit;
        }
        return Double.NaN;
    }

    @Override
    public Duration age() {
        return Duration.ZERO;
    }
}
