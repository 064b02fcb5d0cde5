package dev.headroom.cache.internal;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many loads run at once. A load within a load, on its thread, has its place already, or two could wait for one another for ever. For the same
 * reason a load lends its place while its thread waits for another one's value; coming back it waits for a place in turn. So who has a place runs, and
 * whatever somebody without one waits for gets on.
 */
final class LoadGate {
    private static final Lent NOTHING = nanos -> true;
    private static final Runnable NOBODY = () -> {};

    private final int maximum;
    private final Semaphore places;
    /** Of the threads that load; a thread-local variable would take room in each thread that asks. */
    private final Map<Thread, Place> mine = new ConcurrentHashMap<>();

    /** A place that was lent. */
    interface Lent {
        /** Waits for a place to go on; says no if there is none within this time. */
        boolean takeBack(long nanos) throws InterruptedException;
    }

    LoadGate(int maximum) {
        this.maximum = maximum;
        this.places = new Semaphore(maximum, true);
    }

    boolean enter(long nanos) throws InterruptedException {
        Place place = mine.get(Thread.currentThread());
        if ((place == null || !place.held) && !taken(nanos)) {
            return false;
        }
        if (place == null) {
            mine.put(Thread.currentThread(), new Place());
        } else {
            place.held = true;
            place.depth++;
        }
        return true;
    }

    private boolean taken(long nanos) throws InterruptedException {
        return nanos <= 0 ? places.tryAcquire() : places.tryAcquire(nanos, TimeUnit.NANOSECONDS);
    }

    void leave() {
        Place place = mine.get(Thread.currentThread());
        if (place != null && --place.depth == 0) {
            mine.remove(Thread.currentThread());
            if (place.held) {
                places.release();
            }
        }
    }

    /** Whether this thread is loading. */
    boolean inside() {
        return mine.containsKey(Thread.currentThread());
    }

    /** This thread is about to wait for another's value: the place of the load that it is at, if any, is another's until it is taken back. */
    Lent lend() {
        Place place = mine.get(Thread.currentThread());
        if (place == null || !place.held) {
            return NOTHING;
        }
        place.held = false;
        places.release();
        return nanos -> {
            place.held = taken(nanos);
            return place.held;
        };
    }

    /** The load that this thread is at, if any, has asked for a value and goes on. Run the answer when that is there, once. */
    Runnable ask() {
        Place place = mine.get(Thread.currentThread());
        return place == null ? NOBODY : place.ask();
    }

    /** Completes when all is there that the load of this thread has asked for; null if that is so. */
    @Nullable CompletableFuture<@Nullable Void> unanswered() {
        Place place = mine.get(Thread.currentThread());
        return place == null ? null : place.unanswered();
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

    /** One load's. */
    private static final class Place {
        /** Of loads within loads, on this thread. */
        private int depth = 1;

        private boolean held = true;
        private int asked;
        private @Nullable CompletableFuture<@Nullable Void> answers;

        synchronized Runnable ask() {
            if (asked++ == 0) {
                answers = new CompletableFuture<>();
            }
            return this::answered;
        }

        private void answered() {
            CompletableFuture<@Nullable Void> done = lastAnswered();
            if (done != null) {
                done.complete(null);
            }
        }

        private synchronized @Nullable CompletableFuture<@Nullable Void> lastAnswered() {
            return --asked == 0 ? answers : null;
        }

        synchronized @Nullable CompletableFuture<@Nullable Void> unanswered() {
            return asked == 0 ? null : answers;
        }
    }
}
