package dev.headroom.cache.internal;

import dev.headroom.cache.CacheTimeoutException;
import org.jspecify.annotations.Nullable;

/** How a caller waits for a load that another one does: with its own load's place lent meanwhile, never for itself, and perhaps with something to serve in its place. */
final class Joins {
    private final String cache;
    private final CacheCounts counts;
    private final SourceCalls calls;
    private final Holding holding;

    Joins(String cache, CacheCounts counts, SourceCalls calls, Holding holding) {
        this.cache = cache;
        this.counts = counts;
        this.calls = calls;
        this.holding = holding;
    }

    Loaded join(Flight flight, long wait) throws Throwable {
        LoadGate.Lent place = joining(flight);
        return joined(flight, flight.await(wait), wait, place);
    }

    /** This caller is about to wait for a load; what it lends meanwhile. */
    LoadGate.Lent joining(Flight flight) {
        refuseOwn(flight);
        counts.coalesced();
        return calls.lend();
    }

    /** It has waited. */
    private Loaded joined(Flight flight, Flight.Waited waited, long wait, LoadGate.Lent place) throws Throwable {
        if (waited == Flight.Waited.INTERRUPTED) {
            calls.goOnIfThereIsRoom(place);
            throw calls.timeout("interrupted while waiting for another caller's load");
        }
        calls.goOn(place);
        switch (waited) {
            case LATE -> throw calls.late(wait);
            default -> {
                try {
                    return flight.result();
                } catch (InterruptedException others) {
                    throw interrupted();
                }
            }
        }
    }

    /** It has waited for another's load, and has perhaps something to serve in its place. */
    @Nullable Object joined(
            Object key, Flight flight, Flight.Waited waited, long wait, LoadGate.Lent place, @Nullable Entry stale)
            throws Throwable {
        try {
            return joined(flight, waited, wait, place).value();
        } catch (Exception failure) {
            if (stale != null && holding.covers(key, stale)) {
                return stale.value;
            }
            throw failure;
        }
    }

    /** The load was, not this caller. */
    CacheTimeoutException interrupted() {
        return calls.timeout("the thread that loaded was interrupted");
    }

    /** A load that waits for itself would never end. */
    void refuseOwn(Flight flight) {
        if (flight.ledBy(Thread.currentThread()) && !flight.isEnded()) {
            throw new IllegalStateException(
                    "cache " + cache + ": the loader of a key asks for the same key (expected: another)");
        }
    }
}
