package dev.headroom.queue.batch;

/**
 * How far a batch is.
 *
 * @param total how many jobs it has, without the one that runs at its end
 * @param done how many are done
 * @param dead how many are dead letters; one that is requeued has not ended, and counts as what it becomes then
 * @param cancelled how many were cancelled, those included that waited for what did not end well
 */
public record BatchProgress(int total, int done, int dead, int cancelled) {
    /** Whether all jobs have ended. */
    public boolean ended() {
        return done + dead + cancelled >= total;
    }

    /** The share of jobs that have ended, from 0 to 1. */
    public double share() {
        return total == 0 ? 1 : (double) (done + dead + cancelled) / total;
    }
}
