package dev.headroom.queue.internal.sql;

import org.jspecify.annotations.Nullable;

/**
 * A job that this node holds under a lease; {@code waitedMillis} is for how long it had been ready, by the database's clock. Its number may
 * be given out again, by a standby that was promoted too early or with a backup; together with {@code createdMicros} it is not. One that
 * has a limit may have been granted a slot of its key before it was claimed.
 */
public record ClaimedJob(
        long id,
        long lease,
        int queue,
        String kind,
        int version,
        int attempt,
        int maxAttempts,
        int criticality,
        int flags,
        int lane,
        int crashes,
        long createdMicros,
        long waitedMillis,
        @Nullable String trace,
        @Nullable String user,
        @Nullable String payload,
        @Nullable String limitKey,
        boolean granted) {
    @Override
    public int hashCode() {
        // Of all that tells two apart the cheapest: the rest holds whole payloads.
        return Long.hashCode(id);
    }

    /** Whether it was cancelled while a node held it that then died. */
    public boolean cancelled() {
        return (flags & NewJob.CANCELLED) != 0;
    }

    /** Whether a process has died that held it: it may be what kills them. */
    public boolean suspect() {
        return crashes > 0;
    }

    /** Whether a newer version enqueued it in a way that this one does not know. */
    public boolean unknown() {
        return (flags & ~NewJob.KNOWN) != 0;
    }

    /** Whether it is in a batch. */
    public boolean batched() {
        return (flags & NewJob.BATCHED) != 0;
    }
}
