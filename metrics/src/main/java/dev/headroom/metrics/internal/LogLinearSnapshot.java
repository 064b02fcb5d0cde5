package dev.headroom.metrics.internal;

import com.codahale.metrics.Snapshot;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a {@link LogLinearReservoir} had at one moment. */
final class LogLinearSnapshot extends Snapshot {
    private final long[] counts;
    private final long total;

    LogLinearSnapshot(long[] counts) {
        this.counts = counts;
        this.total = Arrays.stream(counts).sum();
    }

    @Override
    public double getValue(double quantile) {
        if (!(quantile >= 0 && quantile <= 1)) {
            throw new IllegalArgumentException("quantile: " + quantile + " (expected: 0 to 1)");
        }
        if (total == 0) {
            return 0;
        }
        long rank = Math.max(1, (long) Math.ceil(quantile * total));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return LogLinearReservoir.valueOf(i);
            }
        }
        return getMax();
    }

    /** One value for each bucket that is not empty: the values themselves are not kept. */
    @Override
    public long[] getValues() {
        long[] values = new long[counts.length];
        int size = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                values[size++] = LogLinearReservoir.valueOf(i);
            }
        }
        return Arrays.copyOf(values, size);
    }

    @Override
    public int size() {
        return (int) Math.min(Integer.MAX_VALUE, total);
    }

    @Override
    public long getMax() {
        for (int i = counts.length - 1; i >= 0; i--) {
            if (counts[i] > 0) {
                return LogLinearReservoir.valueOf(i);
            }
        }
        return 0;
    }

    @Override
    public long getMin() {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                return LogLinearReservoir.valueOf(i);
            }
        }
        return 0;
    }

    @Override
    public double getMean() {
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += (double) counts[i] * LogLinearReservoir.valueOf(i);
        }
        return total == 0 ? 0 : sum / total;
    }

    @Override
    public double getStdDev() {
        if (total < 2) {
            return 0;
        }
        double mean = getMean();
        double squares = 0;
        for (int i = 0; i < counts.length; i++) {
            double off = LogLinearReservoir.valueOf(i) - mean;
            squares += counts[i] * off * off;
        }
        return Math.sqrt(squares / (total - 1));
    }

    @Override
    public void dump(OutputStream output) {
        PrintWriter out = new PrintWriter(output, false, StandardCharsets.UTF_8);
        for (int i = 0; i < counts.length; i++) {
            for (long n = 0; n < counts[i]; n++) {
                out.println(LogLinearReservoir.valueOf(i));
            }
        }
        out.flush();
    }
}
