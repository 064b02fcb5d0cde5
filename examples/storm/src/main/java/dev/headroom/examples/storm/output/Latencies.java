package dev.headroom.examples.storm.output;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * How long things took, to three digits. What is recorded is the time from when something was to begin, not from when it
 * could: a client that had to wait for its connection has waited. Thread-safe.
 */
public final class Latencies {
    private static final int DIGITS = 3;
    private static final double MICROS_PER_MILLI = 1000;

    private final Histogram micros = new ConcurrentHistogram(DIGITS);

    /** Adds one. */
    public void record(long nanos) {
        micros.recordValue(Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos)));
    }

    /** How many there are. */
    public long count() {
        return micros.getTotalCount();
    }

    /** A percentile from 0 to 100, in milliseconds; NaN if there are none. */
    public double millis(double percentile) {
        return count() == 0 ? Double.NaN : micros.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
    }

    /** The longest, in milliseconds; NaN if there are none. */
    public double longestMillis() {
        return count() == 0 ? Double.NaN : micros.getMaxValue() / MICROS_PER_MILLI;
    }

    /** Milliseconds for people: {@code 0.8}, {@code 12.3}, {@code 1,234}, or a dash for none. */
    public static String text(double millis) {
        if (Double.isNaN(millis)) {
            return "-";
        }
        return String.format(Locale.ROOT, millis < 100 ? "%.1f" : "%,.0f", millis);
    }
}
