package dev.headroom.queue.internal;

import dev.headroom.config.Checks;
import dev.headroom.load.Criticality;
import dev.headroom.queue.JobContext;
import dev.headroom.queue.Tx;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A kind of job: its stable name, where and how it runs, and the code that runs it.
 *
 * @param payload what the handler takes, null for nothing
 * @param timeout how long a run may take, zero for any time
 * @param every its schedule, null for none
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
        @Nullable Type payload,
        @Nullable Interval every,
        @Nullable Code code) {
    /** Checks and copies. */
    public Kind {
        Checks.name("name", name);
        Checks.name("queue", queue);
        Checks.between("priority", priority, 0, 9);
        Checks.between("attempts", attempts, 1, 30_000);
        giveUpOn = List.copyOf(giveUpOn);
    }

    /** Runs a job. */
    @FunctionalInterface
    public interface Code {
        /** Does the work. */
        void run(@Nullable Object payload, JobContext context) throws Exception;
    }

    /** A schedule: from end to start, or from start to start. */
    public record Interval(boolean afterEnd, Duration duration) {
        /** The text that the database keeps, to notice a change. */
        String spec() {
            return (afterEnd ? "fixedDelay " : "fixedRate ") + duration.toMillis();
        }
    }

    /** A kind with the defaults of {@code @Job}. */
    public static Kind plain(String name, Class<?> payload, Code code) {
        return new Kind(
                name,
                "default",
                4,
                25,
                new Backoff(Duration.ofSeconds(1), Duration.ofHours(1)),
                List.of(),
                Duration.ZERO,
                Tx.NONE,
                Criticality.SHEDDABLE_PLUS,
                payload,
                null,
                code);
    }

    /** Whether a failure of this kind is final. */
    boolean givesUpOn(Throwable failure) {
        return giveUpOn.stream().anyMatch(type -> type.isInstance(failure));
    }
}
