package dev.headroom;

import dev.headroom.config.Checks;
import java.time.Duration;

/**
 * A point on this JVM's monotonic clock by which work must be done. Immutable; never sent to another machine as it is: what travels is
 * the time that remains.
 *
 * @param nanoTime the point, on the scale of {@link System#nanoTime()}
 */
public record Deadline(long nanoTime) {
    /** A deadline so long from now. @throws dev.headroom.config.ConfigurationException if {@code within} is negative */
    public static Deadline after(Duration within) {
        return new Deadline(
                System.nanoTime() + Checks.notNegative("within", within).toNanos());
    }

    /** The time left; negative once it has passed. */
    public Duration remaining() {
        return Duration.ofNanos(nanoTime - System.nanoTime());
    }

    /** Whether it has passed. */
    public boolean passed() {
        return nanoTime - System.nanoTime() <= 0;
    }

    /** The earlier of the two. */
    public Deadline earlier(Deadline other) {
        return nanoTime - other.nanoTime <= 0 ? this : other;
    }
}
