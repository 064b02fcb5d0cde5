package dev.headroom.queue;

import dev.headroom.HeadroomException;
import dev.headroom.config.Checks;
import dev.headroom.queue.internal.Spans;
import java.time.Duration;

/**
 * Thrown by a handler, or by middleware around it, to have its job run again later without having failed: what it is for is not there yet.
 *
 * <p>The run costs no attempt, so that the job is not given up for it however often, whatever {@link Job#giveUpOn} says; nothing is warned
 * of, and there is no stack trace. What the run did in its transaction ({@link Tx#COMPLETE_IN_TX}, {@link Tx#LOCK_IN_TX}) is rolled back,
 * what it did elsewhere stands, and {@linkplain JobContext#step steps} that are done stay so. The job is {@link JobState#SCHEDULED} from
 * then on, and may be cancelled. It has not ended for {@link JobHandle#await}, for its batch and for what waits for it; it keeps its
 * {@link Unique} key, unless that was free when it began, and gives what it holds of a {@link Limit} to others. Processes that died with it
 * before are forgiven, as by a failure.
 *
 * <p>Known as it is thrown, not as the cause of another exception. A run that was cancelled, that is timed out, or that is interrupted
 * since its process stops, is that whatever it throws.
 *
 * <pre>{@code
 * if (!bank.hasSettled(order)) {
 *     throw SnoozeException.forDuration(Duration.ofMinutes(10));
 * }
 * }</pre>
 */
public final class SnoozeException extends HeadroomException {
    private static final long serialVersionUID = 1L;

    private final Duration time;

    private SnoozeException(Duration time, String message) {
        super(message, null, false);
        this.time = time;
    }

    /**
     * Has the job run again no earlier than so long after this run has ended, by the database's clock.
     *
     * @throws dev.headroom.config.ConfigurationException if it is null, shorter than 1 ms or longer than 36500 days
     */
    public static SnoozeException forDuration(Duration time) {
        return new SnoozeException(checked(time), "snoozed for " + time);
    }

    /**
     * The same, for a reason that the database keeps beside the job.
     *
     * @throws dev.headroom.config.ConfigurationException if the time is null, shorter than 1 ms or longer than 36500 days, or the reason is
     *     null
     */
    public static SnoozeException forDuration(Duration time, String reason) {
        return new SnoozeException(checked(time), "snoozed for " + time + ": " + Checks.present("reason", reason));
    }

    private static Duration checked(Duration time) {
        return Spans.atLeast("time", time, Duration.ofMillis(1));
    }

    /** For how long. */
    public Duration time() {
        return time;
    }
}
