package dev.headroom.config;

import java.util.Objects;

/**
 * One thing wrong with a configuration: the option, the value it has and the rule it breaks.
 *
 * @param option the option's name as the user wrote it, for example {@code maximumAge} or {@code DATABASE_URL}
 * @param value the value as text; a secret is given as {@code ***}
 * @param expected the rule, for example {@code >= 1}
 */
public record Problem(String option, String value, String expected) {
    /** Checks that nothing is null. */
    public Problem {
        Objects.requireNonNull(option, "option");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(expected, "expected");
    }

    /** The problem in the one grammar of all messages: {@code option: value (expected: rule)}. */
    @Override
    public String toString() {
        return option + ": " + value + " (expected: " + expected + ")";
    }
}
