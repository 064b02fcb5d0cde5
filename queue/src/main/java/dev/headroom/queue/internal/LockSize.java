package dev.headroom.queue.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many jobs of a queue one transaction takes up: as many as run within {@value #MILLIS} ms, going by what runs of their kinds took; one that is usually
 * longer, or whose kind is not known yet, has a transaction of its own. When one could not be committed, those that it had run follow one by one, so
 * that the job is found that it was for; each time that happens soon again, more of them. Thread-safe.
 */
final class LockSize {
    private static final int MILLIS = 20;
    private static final long BUDGET = MILLIS * 1_000_000L;
    private static final int MOST_ALONE = 10_000;
    private static final double WEIGHT = 0.2;

    private final int most;
    private final Map<String, Double> usual = new ConcurrentHashMap<>();
    private int next = 1;
    private int alone;
    private int lastAlone;

    /** @param most so many at most */
    LockSize(int most) {
        this.most = most;
    }

    /** How many to take up now. */
    synchronized int next() {
        return alone > 0 ? 1 : next;
    }

    /** A run of a kind took so long. */
    void ran(String kind, long nanos) {
        usual.merge(kind, (double) nanos, (before, now) -> before + WEIGHT * (now - before));
    }

    /** Whether another job of a kind fits into a transaction whose jobs have run for so long. */
    boolean fits(String kind, long nanos) {
        Double usually = usual.get(kind);
        return usually != null && nanos + usually < BUDGET;
    }

    /** A transaction has committed that took up so many jobs and ran so many of them, for so long. */
    synchronized void committed(int taken, int ran, long nanos) {
        alone = Math.max(0, alone - ran);
        if (alone == 0) {
            lastAlone -= Math.min(lastAlone, ran);
            if (ran < taken) {
                next = ran;
            } else if (taken >= next && nanos < BUDGET / 2) {
                next = Math.min(most, 2 * taken);
            }
        }
    }

    /** A transaction could not be committed that had run so many. */
    synchronized void failed(int ran) {
        next = 1;
        lastAlone = Math.min(MOST_ALONE, Math.max(ran, 2 * lastAlone));
        alone = lastAlone;
    }
}
