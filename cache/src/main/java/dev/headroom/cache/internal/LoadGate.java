package dev.headroom.cache.internal;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many loads run at once. A load within a load has its place already, or two could wait for one another for ever. For the same reason a load that
 * waits for another one's value lends its place meanwhile; coming back it waits for nobody, so for a moment there may be more loads than places.
 */
final class LoadGate {
    private static final Runnable NOTHING = () -> {};

    private final int maximum;
    private final Places places;
    private final ThreadLocal<@Nullable Place> mine = new ThreadLocal<>();

    /** They may be fewer than none, while those who came back are too many. */
    private static final class Places extends Semaphore {
        private static final long serialVersionUID = 1L;

        Places(int maximum) {
            super(maximum);
        }

        void takeWithoutWaiting() {
            reducePermits(1);
        }
    }

    LoadGate(int maximum) {
        this.maximum = maximum;
        this.places = new Places(maximum);
    }

    boolean enter(long nanos) throws InterruptedException {
        Place place = mine.get();
        if (place != null) {
            place.depth++;
            return true;
        }
        if (!(nanos <= 0 ? places.tryAcquire() : places.tryAcquire(nanos, TimeUnit.NANOSECONDS))) {
            return false;
        }
        mine.set(new Place());
        return true;
    }

    void leave() {
        Place place = mine.get();
        if (place != null && --place.depth == 0) {
            mine.remove();
            place.leave();
        }
    }

    /** Whether this thread is loading. */
    boolean inside() {
        return mine.get() != null;
    }

    /** The load that this thread is at, if any, waits for another's value from now on. Run the answer when that is there, once. */
    Runnable lend() {
        Place place = mine.get();
        return place == null ? NOTHING : place.lend();
    }

    int maximum() {
        return maximum;
    }

    int running() {
        return maximum - places.availablePermits();
    }

    int waiting() {
        return places.getQueueLength();
    }

    double pressure() {
        return (double) (running() + waiting()) / maximum;
    }

    @Override
    public String toString() {
        return "maximum=" + maximum + ", running=" + running() + ", waiting=" + waiting();
    }

    /** One load's: lent while any value that it asked for is not there, and no longer than it runs. */
    private final class Place {
        /** Of loads within loads, on this thread. */
        private int depth = 1;

        private int awaited;
        private boolean left;

        synchronized Runnable lend() {
            if (awaited++ == 0) {
                places.release();
            }
            return this::answered;
        }

        private synchronized void answered() {
            if (--awaited == 0 && !left) {
                places.takeWithoutWaiting();
            }
        }

        synchronized void leave() {
            left = true;
            if (awaited == 0) {
                places.release();
            }
        }
    }
}
