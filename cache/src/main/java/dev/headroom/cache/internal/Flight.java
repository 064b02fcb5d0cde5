package dev.headroom.cache.internal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One load under way, which others may wait for. An invalidation detaches it: it still answers who waits, but stores nothing, and
 * who comes later does not find it.
 */
final class Flight {
    private final CompletableFuture<Loaded> result = new CompletableFuture<>();
    private final AtomicReference<@Nullable Thread> leader = new AtomicReference<>();
    private volatile boolean detached;
    private volatile boolean overtaken;
    private volatile boolean distrusted;

    CompletableFuture<Loaded> result() {
        return result;
    }

    /** Makes the thread the one that loads; says no if there is one: a refresh that still waits for a thread may be taken over. */
    boolean begin(Thread thread) {
        return leader.compareAndSet(null, thread);
    }

    boolean isBegun() {
        return leader.get() != null;
    }

    boolean ledBy(Thread thread) {
        return leader.get() == thread;
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
