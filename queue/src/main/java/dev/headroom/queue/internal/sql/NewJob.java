package dev.headroom.queue.internal.sql;

import org.jspecify.annotations.Nullable;

/** A job as it is inserted; a delay of zero makes it ready at once. */
public record NewJob(
        int queue,
        int priority,
        int criticality,
        int maxAttempts,
        long delayMillis,
        String kind,
        @Nullable String trace,
        @Nullable String user,
        @Nullable String payload) {}
