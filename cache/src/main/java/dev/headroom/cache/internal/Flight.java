package dev.headroom.cache.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One load under way, which others may wait for. An invalidation detaches it: it still answers who waits, but stores nothing, and
 * who comes later does not find it.
 *
 * <p>Very many threads may wait for one, virtual ones by the hundred thousand, so that what each of them takes counts: a node of a stack (Treiber, "Systems
 * Programming: Coping with Parallelism", 1986) and few frames upon it. Those who left before it ended are cleared away now and then, when they are more than half.
 */
final class Flight {
    private static final VarHandle STATE;
    private static final VarHandle LEADER;
    private static final VarHandle FUTURE;
    private static final VarHandle GONE;
    private static final int FEW = 64;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Flight.class, "state", Object.class);
            LEADER = lookup.findVarHandle(Flight.class, "leader", Thread.class);
            FUTURE = lookup.findVarHandle(Flight.class, "future", CompletableFuture.class);
            GONE = lookup.findVarHandle(Flight.class, "gone", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Those who wait, the last first, or how it ended. */
    private volatile @Nullable Object state;

    private volatile @Nullable Thread leader;
    /** Of those who don't wait, if there are any. */
    private volatile @Nullable CompletableFuture<Loaded> future;

    private volatile boolean detached;
    private volatile boolean overtaken;
    private volatile boolean distrusted;
    /** How many left since the stack was cleared, and how many were in it then. */
    @SuppressWarnings("unused") // by its handle
    private volatile int gone;

    private volatile int stayed;

    private record Ended(@Nullable Loaded loaded, @Nullable Throwable failure) {}

    /** Somebody who waits: a thread, or the future; null once it has left. */
    private static final class Waiting {
        private volatile @Nullable Object who;
        private volatile @Nullable Waiting next;

        Waiting(Object who) {
            this.who = who;
        }
    }

    /** Makes the thread the one that loads; says no if there is one: a refresh that still waits for a thread may be taken over. */
    boolean begin(Thread thread) {
        return LEADER.compareAndSet(this, null, thread);
    }

    boolean isBegun() {
        return leader != null;
    }

    boolean ledBy(Thread thread) {
        return leader == thread;
    }

    boolean isEnded() {
        return state instanceof Ended;
    }

    void land(Loaded loaded) {
        end(new Ended(loaded, null));
    }

    void crash(Throwable failure) {
        end(new Ended(null, failure));
    }

    /** Once. */
    private void end(Ended ended) {
        Object before = state;
        while (!(before instanceof Ended) && !STATE.compareAndSet(this, before, ended)) {
            before = state;
        }
        if (before instanceof Waiting last) {
            for (Waiting each = last; each != null; each = each.next) {
                if (each.who instanceof Thread thread) {
                    LockSupport.unpark(thread);
                }
            }
            CompletableFuture<Loaded> told = future;
            if (told != null) { // what depends on it may take a while
                tell(told, ended);
            }
        }
    }

    /** What came of waiting. */
    enum Waited {
        ENDED,
        LATE,
        INTERRUPTED
    }

    /** Waits for its end, so many nanoseconds at most. An interrupted thread stays so. */
    Waited await(long nanos) {
        Waiting mine = new Waiting(Thread.currentThread());
        if (!push(mine)) {
            return Waited.ENDED;
        }
        long end = System.nanoTime() + nanos;
        for (long left = nanos; !isEnded(); left = end - System.nanoTime()) {
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                leave(mine);
                return isEnded() ? Waited.ENDED : left <= 0 ? Waited.LATE : Waited.INTERRUPTED;
            }
            LockSupport.parkNanos(this, left);
        }
        return Waited.ENDED;
    }

    /** Says no if it has ended. */
    private boolean push(Waiting mine) {
        for (Object top = state; !(top instanceof Ended); top = state) {
            mine.next = (Waiting) top;
            if (STATE.compareAndSet(this, top, mine)) {
                return true;
            }
        }
        return false;
    }

    private void leave(Waiting mine) {
        mine.who = null;
        int before = (int) GONE.getAndAdd(this, 1);
        if (before >= FEW + stayed && GONE.compareAndSet(this, before + 1, Integer.MIN_VALUE)) { // one at a time
            stayed = clear();
            gone = 0;
        }
    }

    /** Takes out who has left, but for the first, whom others push upon. Says how many are left. */
    private int clear() {
        int left = 0;
        Object top = state;
        Waiting last = top instanceof Waiting first ? first : null;
        while (last != null) {
            left++;
            Waiting next = last.next;
            while (next != null && next.who == null) {
                next = next.next;
            }
            last.next = next;
            last = next;
        }
        return left;
    }

    /** How it ended. */
    Loaded result() throws Throwable {
        Ended ended = (Ended) Objects.requireNonNull(state, "ended");
        if (ended.failure != null) {
            throw ended.failure;
        }
        return Objects.requireNonNull(ended.loaded);
    }

    /** Complete when it has ended, for who doesn't wait. */
    CompletableFuture<Loaded> future() {
        CompletableFuture<Loaded> there = future;
        if (there != null) {
            return there;
        }
        CompletableFuture<Loaded> mine = new CompletableFuture<>();
        if (!FUTURE.compareAndSet(this, null, mine)) {
            return Objects.requireNonNull(future);
        }
        if (!push(new Waiting(mine))) { // it has ended without
            tell(mine, (Ended) Objects.requireNonNull(state));
        }
        return mine;
    }

    @SuppressWarnings("NullAway") // it has one of both
    private static void tell(CompletableFuture<Loaded> told, Ended ended) {
        if (ended.failure == null) {
            told.complete(ended.loaded);
        } else {
            told.completeExceptionally(ended.failure);
        }
    }

    void detach() {
        detached = true;
    }

    /** Detaches it because of something that happened in this JVM: what it loads must not be shared either. */
    void overtake() {
        overtaken = true;
        detached = true;
    }

    /** Other JVMs may have dropped what it loads, without this one's knowing. */
    void distrust() {
        distrusted = true;
    }

    boolean distrusted() {
        return distrusted;
    }

    boolean overtaken() {
        return overtaken;
    }

    boolean detached() {
        return detached;
    }
}
