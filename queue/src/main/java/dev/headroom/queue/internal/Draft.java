package dev.headroom.queue.internal;

import dev.headroom.queue.Unique;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an enqueuer was told: on which connection, how long after now or when, how urgent, of which key; null for the default. */
record Draft(
        @Nullable Connection connection,
        Duration delay,
        @Nullable Instant at,
        @Nullable Integer priority,
        @Nullable Unique unique) {
    static final Draft PLAIN = new Draft(null, Duration.ZERO, null, null, null);

    /** How long after that time its jobs are due. */
    long millisAfter(Instant now) {
        if (at == null) {
            return delay.toMillis();
        }
        // Not earlier: a part of a millisecond is one.
        return at.isAfter(now) ? Duration.between(now, at).plusNanos(999_999).toMillis() : 0;
    }
}
