package dev.headroom.queue.internal.sql;

import dev.headroom.queue.DeadJob;

/** A run after which the job is given up. */
public record Burial(ClaimedJob job, DeadJob.Reason reason, String error) {}
