package dev.headroom.queue.internal.sql;

import org.jspecify.annotations.Nullable;

/** A job as it is inserted; a delay of zero makes it ready at once, one of {@link #WAITS} when others say so. */
public record NewJob(
        int queue,
        int priority,
        int criticality,
        int maxAttempts,
        long delayMillis,
        String kind,
        int version,
        @Nullable String uniqueKey,
        int lane,
        int flags,
        @Nullable String limitKey,
        @Nullable String trace,
        @Nullable String user,
        @Nullable String payload) {
    /** The delay of a job that waits for others. */
    static final long WAITS = -1;

    /** The flag of a job whose unique key is free once it is claimed; an odd number, as the claims' statements have it. */
    public static final int UNIQUE_UNTIL_START = 1;

    /** The flag of a job that was cancelled while it ran; set if {@code mod(flags, 4)} is at least this. */
    static final int CANCELLED = 2;

    /** The flag of a job that is in a batch. */
    public static final int BATCHED = 8;

    /** All flags that this version knows. */
    static final int KNOWN = UNIQUE_UNTIL_START | CANCELLED | BATCHED;

    /** Whether it differs in payload, lane and key of its limit alone. */
    public boolean isLike(NewJob other) {
        return kind.equals(other.kind)
                && version == other.version
                && Long.signum(delayMillis) == Long.signum(other.delayMillis)
                && flags == other.flags;
    }

    /** The same without the key of which there may be only one. */
    NewJob withoutUniqueKey() {
        return new NewJob(
                queue,
                priority,
                criticality,
                maxAttempts,
                delayMillis,
                kind,
                version,
                null,
                lane,
                flags - flags % 2,
                limitKey,
                trace,
                user,
                payload);
    }

    /** The same, due so much later; as it is if it waits for others. */
    public NewJob delayed(long millis) {
        return new NewJob(
                queue,
                priority,
                criticality,
                maxAttempts,
                delayMillis == WAITS ? WAITS : millis,
                kind,
                version,
                uniqueKey,
                lane,
                flags,
                limitKey,
                trace,
                user,
                payload);
    }

    /** The same in a batch, where it may have to wait for others. */
    public NewJob batched(boolean waits) {
        return new NewJob(
                queue,
                priority,
                criticality,
                maxAttempts,
                waits ? WAITS : delayMillis,
                kind,
                version,
                uniqueKey,
                lane,
                flags + BATCHED,
                limitKey,
                trace,
                user,
                payload);
    }
}
