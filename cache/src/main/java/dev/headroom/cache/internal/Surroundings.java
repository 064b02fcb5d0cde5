package dev.headroom.cache.internal;

import dev.headroom.Contracts;
import dev.headroom.cache.CacheMode;
import dev.headroom.load.Criticality;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/** What all caches of one {@link DefaultCaches} share. */
final class Surroundings {
    final LongSupplier clock;
    final LoadGate gate;
    final Executor refreshes;
    final Executor loads;
    volatile CacheMode mode;
    volatile Contracts contracts = Contracts.standalone();
    volatile boolean closed;

    Surroundings(LongSupplier clock, LoadGate gate, Executor refreshes, Executor loads, CacheMode mode) {
        this.clock = clock;
        this.gate = gate;
        this.refreshes = refreshes;
        this.loads = loads;
        this.mode = mode;
    }

    /**
     * Runs a load on the executor. What another load waits for is not queued behind such loads: it runs at once, if the threads are ours.
     *
     * @throws RejectedExecutionException if no thread takes it
     */
    void execute(Executor executor, Runnable load) {
        if (gate.inside() && executor instanceof CacheThreads own) {
            own.executeWithin(load);
        } else {
            executor.execute(load);
        }
    }

    long now() {
        return clock.getAsLong();
    }

    CacheMode mode() {
        return closed ? CacheMode.OFF : mode;
    }

    /** Whether work that can wait should wait: then stale values are good enough for longer. */
    boolean pressed() {
        return !contracts.load().advise(Criticality.SHEDDABLE_PLUS).go();
    }

    /** Whether even what is stale should not be refreshed for now. */
    boolean overloaded() {
        return contracts.load().advise(Criticality.SHEDDABLE_PLUS).stop();
    }

    /** Whether work that is a luxury should stop: refreshing what is still fresh. */
    boolean busy() {
        return !contracts.load().advise(Criticality.SHEDDABLE).go();
    }
}
