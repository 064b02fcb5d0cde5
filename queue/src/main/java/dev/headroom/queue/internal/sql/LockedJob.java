package dev.headroom.queue.internal.sql;

/**
 * A job that a transaction has locked to run it and remove it.
 * Until then it is ready, as it was; the attempt that it has here counts the run.
 *
 * @param unique whether it has a unique key, which a job that runs beside it in the same transaction might meet
 * @param place where it is in its queue
 */
public record LockedJob(ClaimedJob job, boolean unique, Floors.Place place) {}
