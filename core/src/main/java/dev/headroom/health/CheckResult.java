package dev.headroom.health;

import java.time.Duration;

/**
 * How one health check went.
 *
 * @param name the dependency's name
 * @param required whether the application can't serve without it
 * @param healthy whether it is well
 * @param took how long the check took, or has been running when it timed out
 * @param message what is wrong, on one line; empty when all is well
 */
public record CheckResult(String name, boolean required, boolean healthy, Duration took, String message) {
    private static final int LONGEST_MESSAGE = 300;

    /** Puts the message on one line and shortens it to 300 characters. */
    public CheckResult {
        String line = message.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " ").strip();
        message = line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE - 1) + "…";
    }

    /** Whether this keeps the application from being ready. */
    public boolean blocks() {
        return required && !healthy;
    }
}
