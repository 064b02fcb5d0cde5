package dev.headroom.testkit.internal;

import dev.headroom.testkit.ServiceException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition in the outside world by asking again and again. */
public final class Waiting {

    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private Waiting() {}

    /**
     * Waits until the condition holds.
     *
     * @param what ends the sentence "… after 5 s: " in the error, for example {@code "pg-1 did not start"}
     * @param snapshot describes what was seen instead
     * @throws ServiceException if the time is over, or the thread is interrupted (the flag stays set)
     */
    public static void until(String what, Duration timeout, BooleanSupplier condition, Supplier<String> snapshot) {
        if (!holdsWithin(timeout, condition)) {
            throw new ServiceException(what + " after " + timeout.toMillis() + " ms: " + snapshot.get());
        }
    }

    /** Waits for the condition and tells whether it came to hold in time. */
    public static boolean holdsWithin(Duration timeout, BooleanSupplier condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        long pause = FIRST_PAUSE_NANOS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ServiceException("interrupted while waiting", e);
            }
            pause = Math.min(LONGEST_PAUSE_NANOS, pause * 2);
        }
        return true;
    }
}
