package dev.headroom.cache.internal;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Bounds how many loads run at once. A load within a load has its place already, or two could wait for one another for ever. */
final class LoadGate {
    private final int maximum;
    private final Semaphore places;
    private final ThreadLocal<Integer> depth = new ThreadLocal<>();

    LoadGate(int maximum) {
        this.maximum = maximum;
        this.places = new Semaphore(maximum);
    }

    boolean enter(long nanos) throws InterruptedException {
        Integer nested = depth.get();
        if (nested == null && !(nanos <= 0 ? places.tryAcquire() : places.tryAcquire(nanos, TimeUnit.NANOSECONDS))) {
            return false;
        }
        depth.set(nested == null ? 1 : nested + 1);
        return true;
    }

    void leave() {
        Integer nested = depth.get();
        if (nested == null || nested == 1) {
            depth.remove();
            places.release();
        } else {
            depth.set(nested - 1);
        }
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
}
