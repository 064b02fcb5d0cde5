package dev.headroom.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads typed values from the text of annotations, environment variables and properties; an error names key, text and form. */
public final class Values {
    private static final Pattern SHORT = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");

    private Values() {}

    /** A whole number. */
    public static long number(String key, String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new ConfigurationException(key, text, "a whole number");
        }
    }

    /** {@code true} or {@code false}. */
    public static boolean flag(String key, String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigurationException(key, text, "true or false");
        };
    }

    /** A duration: {@code 250ms}, {@code 5s}, {@code 10m}, {@code 2h}, {@code 1d} or ISO-8601 ({@code PT5S}). */
    public static Duration duration(String key, String text) {
        Matcher matcher = SHORT.matcher(text.strip());
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
        try {
            return Duration.parse(text.strip());
        } catch (DateTimeParseException e) {
            throw new ConfigurationException(key, text, "a duration such as 250ms, 5s, 10m, 2h, 1d or PT5S");
        }
    }
}
