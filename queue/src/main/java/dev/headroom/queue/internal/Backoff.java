package dev.headroom.queue.internal;

import dev.headroom.config.ConfigurationException;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential back-off with full jitter: before retry <i>n</i> a random time from 0 to min(longest, first × 2<sup>n−1</sup>).
 *
 * @param first the bound before the first retry
 * @param longest the bound that is never exceeded
 */
public record Backoff(Duration first, Duration longest) {
    /** Reads {@code first..longest}. */
    static Backoff parse(String option, String text) {
        String[] ends = text.split("\\.\\.", -1);
        if (ends.length != 2) {
            throw new ConfigurationException(option, "\"" + text + "\"", "first..longest, such as 1s..1h");
        }
        Duration first = Spans.parse(option, ends[0]);
        Duration longest = Spans.parse(option, ends[1]);
        if (first.compareTo(longest) > 0) {
            throw new ConfigurationException(option, "\"" + text + "\"", "0 <= first <= longest");
        }
        return new Backoff(first, longest);
    }

    /** The time before retry {@code n}, from 1. */
    long millisBefore(int n, RandomGenerator random) {
        int doublings = Math.min(Math.max(n, 1) - 1, 40);
        double bound = Math.min(longest.toMillis(), first.toMillis() * Math.pow(2, doublings));
        return (long) (bound * random.nextDouble());
    }
}
