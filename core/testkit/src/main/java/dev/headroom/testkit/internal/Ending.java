package dev.headroom.testkit.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends what was started, step by step, so that nothing outlives it: a step that fails keeps no other from running, and an interrupt waits
 * until all is over.
 */
public final class Ending {

    private Ending() {}

    /**
     * Runs every step; one that an interrupt has cut short is run again, so a step may be run twice.
     *
     * @throws RuntimeException the first failure, with the others suppressed, after all steps were run; the interrupt flag is as it was,
     *     or set if an interrupt came meanwhile
     */
    public static void run(List<Runnable> steps) {
        boolean interrupted = false;
        RuntimeException first = null;
        for (Runnable step : steps) {
            RuntimeException failure;
            do {
                interrupted |= Thread.interrupted();
                failure = failureOf(step);
            } while (failure != null && Thread.currentThread().isInterrupted());
            if (first == null) {
                first = failure;
            } else if (failure != null) {
                first.addSuppressed(failure);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (first != null) {
            throw first;
        }
    }

    /** The same. */
    public static void run(Runnable... steps) {
        run(List.of(steps));
    }

    private static @Nullable RuntimeException failureOf(Runnable step) {
        try {
            step.run();
            return null;
        } catch (RuntimeException failure) {
            return failure;
        }
    }
}
