package dev.headroom.queue.internal;

import dev.headroom.queue.Unique;
import java.sql.Connection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What an enqueuer was told: on which connection, when, how urgent, of which key; null for the default. */
record Draft(
        @Nullable Connection connection,
        Duration delay,
        @Nullable Integer priority,
        @Nullable Unique unique) {
    static final Draft PLAIN = new Draft(null, Duration.ZERO, null, null);
}
