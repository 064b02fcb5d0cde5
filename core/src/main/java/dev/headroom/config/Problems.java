package dev.headroom.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects problems so that {@code build()} can report all of them at once. Not thread-safe.
 *
 * <pre>{@code
 * Problems problems = new Problems();
 * problems.unless(min <= max, "min", min, "<= max (" + max + ")");
 * problems.throwIfAny();
 * }</pre>
 */
public final class Problems {
    private final List<Problem> found = new ArrayList<>();

    /** Adds a problem unless the rule holds. */
    public Problems unless(boolean holds, String option, @Nullable Object value, String expected) {
        if (!holds) {
            found.add(new Problem(option, String.valueOf(value), expected));
        }
        return this;
    }

    /** Adds a problem. */
    public Problems add(Problem problem) {
        found.add(problem);
        return this;
    }

    /** Runs a check and keeps the problems of the {@link ConfigurationException} it throws, if it does. */
    public Problems collect(Runnable check) {
        try {
            check.run();
        } catch (ConfigurationException refused) {
            found.addAll(refused.problems());
        }
        return this;
    }

    /** What was found so far. */
    public List<Problem> found() {
        return List.copyOf(found);
    }

    /** Does nothing when all is well. @throws ConfigurationException with everything found */
    public void throwIfAny() {
        if (!found.isEmpty()) {
            throw new ConfigurationException(found);
        }
    }
}
