package dev.headroom.queue.internal.sql;

/** A run that failed and is to be tried again after a while. */
public record Failure(ClaimedJob job, long delayMillis, String error) {}
