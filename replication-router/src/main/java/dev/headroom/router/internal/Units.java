package dev.headroom.router.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The units that run on a node: how many, for the choice, and which, for whoever has to cut them off.
 *
 * <p>Every read passes here, so it makes no garbage and takes no lock: a unit lies in a slot, found from its thread's number, of which there are more
 * than pools have connections; what finds none lies in a set. A unit that is cut off leaves a mark in its slot, so that
 * exactly one of its end and the cut comes first.
 *
 * @param <T> a unit, told from others by identity
 */
final class Units<T> {
    private static final int SLOTS = 256;
    private static final int TRIES = 8;

    /** Of a unit that lies in the set. */
    static final int NO_SLOT = -1;

    /** Of a unit that is not listed. */
    static final int UNLISTED = -2;

    /** The number of units so far lies above that of those that run. */
    private static final int RUNNING_BITS = 20;

    private static final long BEGIN = (1L << RUNNING_BITS) + 1;
    private static final long RUNNING = (1L << RUNNING_BITS) - 1;

    private final AtomicReferenceArray<@Nullable Object> slots = new AtomicReferenceArray<>(SLOTS);
    private final Set<T> others = ConcurrentHashMap.newKeySet();
    private final AtomicLong counts = new AtomicLong();
    private final LongAdder writes = new LongAdder();

    private enum Mark {
        CUT_OFF
    }

    /** A unit begins. */
    void began(boolean readOnly) {
        counts.getAndAdd(BEGIN);
        if (!readOnly) {
            writes.increment();
        }
    }

    /** Lists it, so that it can be cut off. @return its slot, for {@link #end} */
    int put(T unit) {
        // Neighbours in numbers are far apart in memory.
        int slot = (int) (Thread.currentThread().getId() * 0x9E3779B97F4A7C15L >>> 56);
        for (int i = 0; i < TRIES; i++) {
            int tried = slot + i & SLOTS - 1;
            if (slots.getPlain(tried) == null && slots.compareAndSet(tried, null, unit)) {
                return tried;
            }
        }
        others.add(unit);
        return NO_SLOT;
    }

    /** A unit ends. @return whether it was cut off before */
    boolean end(T unit, int slot) {
        counts.getAndDecrement();
        return slot >= 0 ? slots.getAndSet(slot, null) == Mark.CUT_OFF : slot == NO_SLOT && !others.remove(unit);
    }

    /** Takes a unit out that shall be cut off; false if it has ended. */
    boolean cutOff(T unit, int slot) {
        return slot >= 0 ? slots.compareAndSet(slot, unit, Mark.CUT_OFF) : slot == NO_SLOT && others.remove(unit);
    }

    /** Whether a unit that has not ended was cut off. */
    boolean isCutOff(T unit, int slot) {
        return slot >= 0 ? slots.get(slot) == Mark.CUT_OFF : slot == NO_SLOT && !others.contains(unit);
    }

    /** Those that run now and were not cut off. */
    @SuppressWarnings("unchecked") // what is no mark was put there
    List<T> running() {
        List<T> running = new ArrayList<>(others);
        for (int slot = 0; slot < SLOTS; slot++) {
            Object found = slots.get(slot);
            if (found != null && found != Mark.CUT_OFF) {
                running.add((T) found);
            }
        }
        return running;
    }

    /** How many run now. */
    int inFlight() {
        return (int) (counts.get() & RUNNING);
    }

    /** How many read-only ones there have been. */
    long reads() {
        return Math.max(0, (counts.get() >>> RUNNING_BITS) - writes.sum());
    }

    /** How many others there have been. */
    long writes() {
        return writes.sum();
    }
}
