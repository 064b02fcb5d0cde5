package dev.headroom.router;

import dev.headroom.config.Checks;
import java.time.Duration;
import java.util.Map;

/**
 * What the statements of one shape cost so far: those that differ only in their literals, in upper and lower case and in white space.
 * Immutable.
 *
 * @param statement their shape, with {@code ?} for every literal and parameter; at most 500 characters of it
 * @param count how often one was executed; a batch counts once
 * @param failures how many of these failed
 * @param total the time all of them took, from the call to the driver until it returned; rows that are fetched later don't count
 * @param longest the time of the slowest one
 * @param countByNode how often each node executed one
 */
public record QueryDigest(
        String statement, long count, long failures, Duration total, Duration longest, Map<String, Long> countByNode) {
    /** Stands for all statements whose shapes came after there were as many as are kept. */
    public static final String OTHERS = "(others)";

    /** Copies the map. */
    public QueryDigest {
        Checks.present("statement", statement);
        Checks.present("total", total);
        Checks.present("longest", longest);
        countByNode = Map.copyOf(countByNode);
    }

    /** The mean time. */
    public Duration mean() {
        return count == 0 ? Duration.ZERO : total.dividedBy(count);
    }
}
