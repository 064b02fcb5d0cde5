package dev.headroom.examples.storm.spike;

import dev.headroom.examples.storm.command.OptionValues;
import java.util.concurrent.TimeUnit;

/**
 * How the crowd grows: evenly for two thirds of the time, then it stays.
 *
 * @param from connections at the beginning
 * @param to connections at the top
 * @param nanos how long all takes
 * @param pause nanoseconds from one request of a visitor to the next
 */
record Growth(int from, int to, long nanos, long pause) {
    static Growth of(OptionValues options) {
        int to = options.number("clients");
        return new Growth(
                Math.min(options.number("from"), to),
                to,
                TimeUnit.SECONDS.toNanos(options.number("seconds")),
                TimeUnit.MILLISECONDS.toNanos(options.number("pause")));
    }

    /** When the top is reached. */
    long top() {
        return nanos / 3 * 2;
    }

    /** How many connections there are after a time. */
    int connectionsAt(long elapsed) {
        if (elapsed >= top()) {
            return to;
        }
        return from + (int) ((to - from) * ((double) elapsed / top()));
    }
}
