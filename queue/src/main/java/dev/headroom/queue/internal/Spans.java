package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.config.ConfigurationException;
import dev.headroom.config.Values;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Times that options and attributes take: none is so long that a clock or a database can't add it to what it is now. */
public final class Spans {
    private static final Duration LONGEST = Duration.ofDays(36_500);
    private static final String AT_MOST = "at most " + LONGEST.toDays() + " days";

    private Spans() {}

    /** More than zero. */
    public static Duration positive(String option, @Nullable Duration value) {
        return bounded(option, Checks.positive(option, value));
    }

    /** Zero or more. */
    public static Duration notNegative(String option, @Nullable Duration value) {
        return bounded(option, Checks.notNegative(option, value));
    }

    /** So long or more. */
    public static Duration atLeast(String option, @Nullable Duration value, Duration shortest) {
        if (value == null || value.compareTo(shortest) < 0) {
            throw new ConfigurationException(option, String.valueOf(value), ">= " + shortest);
        }
        return bounded(option, value);
    }

    /** From the shortest to the longest, both included. */
    public static Duration between(String option, @Nullable Duration value, Duration shortest, Duration longest) {
        if (value == null || value.compareTo(shortest) < 0 || value.compareTo(longest) > 0) {
            throw new ConfigurationException(option, String.valueOf(value), shortest + " to " + longest);
        }
        return value;
    }

    /** What an attribute of an annotation says, zero or more. */
    static Duration parse(String option, String text) {
        return notNegative(option, Values.duration(option, text));
    }

    /** The same, more than zero: an attribute that is to say nothing is left out. */
    static Duration parsePositive(String option, String text) {
        return positive(option, Values.duration(option, text));
    }

    private static Duration bounded(String option, Duration value) {
        Checks.that(value.compareTo(LONGEST) <= 0, option, value, AT_MOST);
        return value;
    }
}
