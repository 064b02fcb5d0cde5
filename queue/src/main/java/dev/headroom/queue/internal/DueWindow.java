package dev.headroom.queue.internal;

import java.util.function.LongSupplier;

/**
 * How far back a look for jobs that are due must go: as far as to {@value #MARGIN_MILLIS} ms before the last look that left none behind. What was due before
 * that was locked by somebody then or enqueued by a long transaction; {@link FloorSweep} looks for it. One thread looks; who says that all is to be
 * looked at may be any.
 */
final class DueWindow {
    static final long MARGIN_MILLIS = 15_000;

    private final LongSupplier nanoTime;
    private volatile boolean all = true;
    private long completeAt;

    DueWindow(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.completeAt = nanoTime.getAsLong();
    }

    /** A look that begins now. */
    record Look(long began, boolean all, long overdueMillis) {}

    /** The next look is to find whatever is due, for however long. */
    void lookAtAll() {
        all = true;
    }

    /** Whether the next look is one that finds whatever is due. */
    boolean looksAtAll() {
        return all;
    }

    Look begin() {
        long now = nanoTime.getAsLong();
        boolean everything = all;
        if (everything) {
            // Before the look: who asks for another one meanwhile gets it.
            all = false;
        }
        return new Look(now, everything, MARGIN_MILLIS + (now - completeAt) / 1_000_000);
    }

    /** @param left whether it may have left some behind, as it took as many as it could */
    void ended(Look look, boolean left) {
        if (!left) {
            completeAt = look.began;
        } else if (look.all) {
            all = true;
        }
    }

    /** The look has found nothing out. */
    void failed(Look look) {
        if (look.all) {
            all = true;
        }
    }
}
