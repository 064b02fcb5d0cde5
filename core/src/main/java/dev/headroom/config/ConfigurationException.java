package dev.headroom.config;

import dev.headroom.HeadroomException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Thrown when a configuration is refused; carries every problem found, not only the first.
 *
 * <p>The message is {@code name: value (expected: rule)} for one problem and a numbered list for several.
 */
public final class ConfigurationException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * Creates the exception from what is wrong.
     *
     * @throws IllegalArgumentException if {@code problems} is empty
     */
    public ConfigurationException(List<Problem> problems) {
        super(message(problems));
        this.problems = List.copyOf(problems);
    }

    /** Creates the exception for one problem. */
    public ConfigurationException(String option, Object value, String expected) {
        this(List.of(new Problem(option, String.valueOf(value), expected)));
    }

    /** Everything that is wrong, in the order in which it was found. */
    public List<Problem> problems() {
        return problems;
    }

    private static String message(List<Problem> problems) {
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("problems: [] (expected: at least one)");
        }
        if (problems.size() == 1) {
            return problems.get(0).toString();
        }
        int[] number = {0};
        return problems.stream()
                .map(problem -> "\n  " + ++number[0] + ") " + problem)
                .collect(Collectors.joining("", problems.size() + " problems in the configuration:", ""));
    }
}
