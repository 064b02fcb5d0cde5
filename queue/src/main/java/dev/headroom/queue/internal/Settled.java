package dev.headroom.queue.internal;

/** A job and how its run ended. */
record Settled(Assignment assignment, JobOutcome outcome) {}
