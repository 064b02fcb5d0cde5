package dev.headroom.router.internal;

import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * How many reads may be on the primary in place of a replica at one time, and how many may wait for that.
 *
 * <p>Reads that must see what their client has written have permits of their own besides, so that they are served when everybody is
 * diverted; they are few, since replicas reach their positions in a moment. When as many reads wait as there are permits, one more has no
 * prospect and is refused at once.
 */
final class PrimaryBudget {
    private final int size;
    private final Semaphore shared;
    private final Semaphore forPositions;
    private final Semaphore waiting;

    PrimaryBudget(int shared, int forPositions) {
        this.size = shared + forPositions;
        this.shared = new Semaphore(shared);
        this.forPositions = new Semaphore(forPositions);
        this.waiting = new Semaphore(size);
    }

    /** Whether there are permits at all. */
    boolean none() {
        return size == 0;
    }

    /**
     * Takes a permit.
     *
     * @param forPosition whether no replica has reached the position that the read must see
     * @return gives it back, null when none is free
     */
    @Nullable Runnable take(boolean forPosition) {
        if (forPosition && forPositions.tryAcquire()) {
            return forPositions::release;
        }
        return shared.tryAcquire() ? shared::release : null;
    }

    boolean available(boolean forPosition) {
        return shared.availablePermits() > 0 || (forPosition && forPositions.availablePermits() > 0);
    }

    /** Takes a place among those that wait; false when all are taken. */
    boolean enterWaiting() {
        return waiting.tryAcquire();
    }

    void leaveWaiting() {
        waiting.release();
    }

    /** {@code free/all} of the permits. */
    @Override
    public String toString() {
        return shared.availablePermits() + forPositions.availablePermits() + "/" + size;
    }
}
