package dev.headroom.queue.internal;

import dev.headroom.annotation.KeyExpression;
import dev.headroom.config.Checks;
import dev.headroom.load.Criticality;
import dev.headroom.queue.JobContext;
import dev.headroom.queue.Misfire;
import dev.headroom.queue.Tx;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kind of job: its stable name, where and how it runs, and the code that runs it.
 *
 * @param track whether its result is kept
 * @param limits how many run at once and begin in a time, null for any number
 * @param fairBy whose turn it is, null where all are alike
 * @param upcasts the version of its payloads, and how older ones become it
 * @param payload what the handler takes, null for nothing
 * @param timeout how long a run may take, zero for any time
 * @param every when it runs again and again, null for none
 * @param code the code, null where the kind is only enqueued
 */
public record Kind(
        String name,
        String queue,
        int priority,
        int attempts,
        Backoff backoff,
        List<Class<? extends Throwable>> giveUpOn,
        Duration timeout,
        Tx tx,
        Criticality criticality,
        boolean track,
        @Nullable Limits limits,
        @Nullable KeyExpression fairBy,
        Upcasts upcasts,
        @Nullable Type payload,
        @Nullable Recurrence every,
        @Nullable Code code) {
    /** The least important. */
    public static final int LAST_PRIORITY = 9;

    static final int MOST_ATTEMPTS = 30_000;

    /** Checks and copies. */
    public Kind {
        Checks.name("name", name);
        Checks.name("queue", queue);
        Checks.between("priority", priority, 0, LAST_PRIORITY);
        Checks.between("attempts", attempts, 1, MOST_ATTEMPTS);
        giveUpOn = List.copyOf(giveUpOn);
    }

    /** Runs a job. */
    @FunctionalInterface
    public interface Code {
        /** Does the work and returns its result, null for none. */
        @Nullable Object run(@Nullable Object payload, JobContext context) throws Exception;
    }

    /** Runs a job that has no result. */
    @FunctionalInterface
    public interface Plain {
        /** Does the work. */
        void run(@Nullable Object payload, JobContext context) throws Exception;
    }

    /**
     * When a kind runs again and again: from end to start, from start to start, or by the calendar.
     *
     * @param ticks the calendar, null for an interval
     * @param silence how long it may be without having ended well, zero for any time
     * @param spec the text that the database keeps, to notice a change
     */
    public record Recurrence(
            boolean afterEnd,
            Duration duration,
            @Nullable Ticks ticks,
            Misfire misfire,
            Duration silence,
            String spec) {
        /** An interval. */
        static Recurrence interval(boolean afterEnd, Duration duration, Duration silence) {
            String spec = (afterEnd ? "fixedDelay " : "fixedRate ") + duration.toMillis();
            return new Recurrence(afterEnd, duration, null, Misfire.ONCE, silence, spec);
        }

        /** A calendar, which has a tick a minute at most. */
        static Recurrence calendar(Ticks ticks, Misfire misfire, Duration silence, String spec) {
            return new Recurrence(false, Duration.ofMinutes(1), ticks, misfire, silence, spec);
        }
    }

    /** A kind with the defaults of {@code @Job}. */
    public static Kind plain(String name, Class<?> payload, Plain code) {
        return new Kind(
                name,
                QueueNames.DEFAULT,
                4,
                25,
                new Backoff(Duration.ofSeconds(1), Duration.ofHours(1)),
                List.of(),
                Duration.ZERO,
                Tx.NONE,
                Criticality.SHEDDABLE_PLUS,
                false,
                null,
                null,
                Upcasts.NONE,
                payload,
                null,
                (given, context) -> {
                    code.run(given, context);
                    return null;
                });
    }

    /** Whether a failure of this kind is final. */
    boolean givesUpOn(Throwable failure) {
        return giveUpOn.stream().anyMatch(type -> type.isInstance(failure));
    }
}
