package dev.headroom.config;

import java.time.Duration;
import java.util.Collection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks for the setters of builders; each returns the value or throws a {@link ConfigurationException} that names option, value and
 * rule.
 *
 * <pre>{@code
 * this.workers = Checks.atLeast("workers", workers, 1);
 * }</pre>
 */
public final class Checks {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private Checks() {}

    /** A value that must not be null. */
    public static <T> T present(String option, @Nullable T value) {
        if (value == null) {
            throw new ConfigurationException(option, "null", "a value");
        }
        return value;
    }

    /** A text that must have a character other than white space. */
    public static String notBlank(String option, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new ConfigurationException(
                    option, value == null ? "null" : "\"" + value + "\"", "a text that is not blank");
        }
        return value;
    }

    /** A name: 1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or digit. */
    public static String name(String option, @Nullable String value) {
        if (value == null || !NAME.matcher(value).matches()) {
            throw new ConfigurationException(
                    option,
                    value == null ? "null" : "\"" + value + "\"",
                    "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit");
        }
        return value;
    }

    /** A number of at least {@code minimum}. */
    public static int atLeast(String option, int value, int minimum) {
        return (int) atLeast(option, (long) value, minimum);
    }

    /** A number of at least {@code minimum}. */
    public static long atLeast(String option, long value, long minimum) {
        if (value < minimum) {
            throw new ConfigurationException(option, value, ">= " + minimum);
        }
        return value;
    }

    /** A number from {@code minimum} to {@code maximum}, both included; {@code NaN} is refused. */
    public static double between(String option, double value, double minimum, double maximum) {
        if (!(value >= minimum && value <= maximum)) {
            throw new ConfigurationException(option, value, minimum + " to " + maximum);
        }
        return value;
    }

    /** A number from {@code minimum} to {@code maximum}, both included. */
    public static int between(String option, int value, int minimum, int maximum) {
        if (value < minimum || value > maximum) {
            throw new ConfigurationException(option, value, minimum + " to " + maximum);
        }
        return value;
    }

    /** A duration longer than zero. */
    public static Duration positive(String option, @Nullable Duration value) {
        if (value == null || value.isNegative() || value.isZero()) {
            throw new ConfigurationException(option, String.valueOf(value), "> PT0S");
        }
        return value;
    }

    /** A duration of zero or longer. */
    public static Duration notNegative(String option, @Nullable Duration value) {
        if (value == null || value.isNegative()) {
            throw new ConfigurationException(option, String.valueOf(value), ">= PT0S");
        }
        return value;
    }

    /** A collection with at least one element. */
    public static <C extends Collection<?>> C notEmpty(String option, @Nullable C value) {
        if (value == null || value.isEmpty()) {
            throw new ConfigurationException(option, String.valueOf(value), "at least one");
        }
        return value;
    }

    /** A rule of the caller's own: refuses the value unless {@code holds}. */
    public static void that(boolean holds, String option, @Nullable Object value, String expected) {
        if (!holds) {
            throw new ConfigurationException(option, String.valueOf(value), expected);
        }
    }
}
