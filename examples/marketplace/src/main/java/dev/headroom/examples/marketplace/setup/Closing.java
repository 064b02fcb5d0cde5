package dev.headroom.examples.marketplace.setup;

import java.util.Deque;
import java.util.Optional;

/** Closes what was opened, the last first. */
final class Closing {
    private Closing() {}

    /** Closes all, whatever fails; the first failure, with the others suppressed. */
    static Optional<RuntimeException> all(Deque<AutoCloseable> opened) {
        RuntimeException first = null;
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                RuntimeException failure =
                        e instanceof RuntimeException already ? already : new IllegalStateException(e);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        return Optional.ofNullable(first);
    }
}
