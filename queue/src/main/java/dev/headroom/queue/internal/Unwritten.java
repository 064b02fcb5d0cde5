package dev.headroom.queue.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

/** Ends that could not be written, and are tried together again. Those that were not tried apart yet come before those that were, but not for ever. For one thread at a time. */
final class Unwritten implements Delayed {
    private static final long FRESH = -5_000;

    /** May be fewer with time. */
    List<Settled> ends;

    /** Whether they may be written all the same: an answer was lost. */
    boolean doubtful;

    /** How often they failed for what may be their own fault. */
    int failures;

    /** How often the server had no room for them, took no writes, or was gone. */
    int outages;

    /** How often others' locks kept them from being written. */
    int refusals;

    /** How many milliseconds one that is alone may wait for a lock, or take. */
    long lockMillis;

    private long dueAt;

    Unwritten(List<Settled> ends, long lockMillis) {
        this.ends = List.copyOf(ends);
        this.lockMillis = lockMillis;
        dueIn(FRESH);
    }

    Unwritten dueIn(long millis) {
        dueAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        return this;
    }

    boolean isAlone() {
        return ends.size() == 1;
    }

    /** Two halves, which are tried at once. What may be the fault of one of them is that of each again only when it is alone. */
    List<Unwritten> halves() {
        int middle = ends.size() / 2;
        List<Unwritten> halves = new ArrayList<>();
        for (List<Settled> half : List.of(ends.subList(0, middle), ends.subList(middle, ends.size()))) {
            Unwritten each = new Unwritten(half, lockMillis);
            each.doubtful = doubtful;
            each.failures = each.isAlone() ? 0 : failures;
            each.outages = outages;
            halves.add(each);
        }
        return halves;
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(dueAt - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.signum(dueAt - ((Unwritten) other).dueAt);
    }
}
