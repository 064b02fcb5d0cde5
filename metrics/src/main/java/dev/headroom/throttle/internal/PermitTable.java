package dev.headroom.throttle.internal;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The permits that are out, and when each was given. A permit is a slot's number and how often the slot was used, so that only the first
 * return of a permit counts. Free slots are a stack (R. K. Treiber, 1986) whose head carries a tag against ABA.
 */
final class PermitTable {
    /** Returned when no slot is free. */
    static final long NONE = 0;

    private static final int NIL = -1;
    private static final long INDEX = 0xFFFF_FFFFL;

    private final AtomicLongArray out;
    private final long[] uses;
    private final long[] since;
    private final AtomicIntegerArray next;
    private final AtomicLong free = new AtomicLong();
    private final AtomicInteger count = new AtomicInteger();

    PermitTable(int slots) {
        out = new AtomicLongArray(slots);
        uses = new long[slots];
        since = new long[slots];
        next = new AtomicIntegerArray(slots);
        for (int i = 0; i < slots; i++) {
            next.set(i, i + 1 < slots ? i + 1 : NIL);
        }
    }

    /** How many are out. */
    int count() {
        return count.get();
    }

    /** Counts one more in if fewer than {@code limit} are. */
    boolean reserve(int limit) {
        int now = count.get();
        while (now < limit) {
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
            now = count.get();
        }
        return false;
    }

    /** Gives out a permit for a reservation; takes the reservation back if no slot is free. */
    long issue(long now) {
        int slot = pop();
        if (slot == NIL) {
            count.decrementAndGet();
            return NONE;
        }
        uses[slot] = uses[slot] % Integer.MAX_VALUE + 1;
        long permit = uses[slot] << 32 | slot;
        since[slot] = now;
        out.set(slot, permit);
        return permit;
    }

    /** When this permit was given out, if it is still out; anything otherwise. */
    long since(long permit) {
        long slot = permit & INDEX;
        return slot < since.length ? since[(int) slot] : 0;
    }

    /** Takes a permit back; false if it is not out. */
    boolean giveBack(long permit) {
        long slot = permit & INDEX;
        if (permit <= 0 || slot >= out.length() || !out.compareAndSet((int) slot, permit, NONE)) {
            return false;
        }
        push((int) slot);
        count.decrementAndGet();
        return true;
    }

    private int pop() {
        while (true) {
            long head = free.get();
            int slot = (int) head;
            if (slot == NIL || free.compareAndSet(head, tagged(head, next.get(slot)))) {
                return slot;
            }
        }
    }

    private void push(int slot) {
        while (true) {
            long head = free.get();
            next.set(slot, (int) head);
            if (free.compareAndSet(head, tagged(head, slot))) {
                return;
            }
        }
    }

    private static long tagged(long head, int slot) {
        return (head >>> 32) + 1 << 32 | slot & INDEX;
    }
}
