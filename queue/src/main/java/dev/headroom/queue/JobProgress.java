package dev.headroom.queue;

/**
 * How far a job is.
 *
 * @param share from 0 to 1
 * @param note what its handler says of it
 */
public record JobProgress(double share, String note) {}
