package dev.headroom.cache.internal;

import dev.headroom.RequestContext;
import dev.headroom.cache.CacheMeters;
import dev.headroom.cache.CacheStats;
import dev.headroom.debug.DebugLog;
import dev.headroom.meter.Counter;
import dev.headroom.meter.Meters;
import dev.headroom.meter.Timer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What happened in one cache: statistics, meters and the debug log. */
final class CacheCounts {
    /** In place of the key of a load of several. */
    static final String SEVERAL = "several";

    private static final int LONGEST_KEY = 80;

    private final String cache;
    private final LongAdder hits = new LongAdder();
    private final LongAdder staleHits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder coalesced = new LongAdder();
    private final LongAdder loads = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder discarded = new LongAdder();
    private final LongAdder evictions = new LongAdder();
    private final LongAdder[] shared = new LongAdder[Shared.values().length];
    private volatile Metered to;

    CacheCounts(String cache) {
        this.cache = cache;
        Arrays.setAll(shared, i -> new LongAdder());
        this.to = new Metered(Meters.none(), cache);
    }

    void connect(Meters meters) {
        to = new Metered(meters, cache);
    }

    void hit(Object key) {
        hits.increment();
        to.hits.increment();
        debug(key, "hit", -1, null);
    }

    void stale(Object key, Stale reason) {
        staleHits.increment();
        to.hits.increment();
        to.stale[reason.ordinal()].increment();
        debug(key, reason.text, -1, null);
    }

    void missed(Object key) {
        misses.increment();
        to.misses.increment();
        debug(key, "miss", -1, null);
    }

    void coalesced() {
        coalesced.increment();
        to.coalesced.increment();
    }

    void loadBegun() {
        loads.increment();
    }

    void loaded(Object key, Outcome outcome, long nanos, @Nullable Throwable failure) {
        if (outcome == Outcome.FAILED) {
            failures.increment();
        } else if (outcome == Outcome.DISCARDED) {
            discarded.increment();
        }
        to.loads[outcome.ordinal()].recordNanos(nanos);
        debug(key, "load " + outcome.text, nanos, failure);
    }

    /** Several values by one call, with what became of them: it counts as stored if any of them was, else as discarded if any was. */
    void loadedTogether(Set<Outcome> outcomes, long nanos) {
        Outcome outcome = outcomes.contains(Outcome.STORED)
                ? Outcome.STORED
                : outcomes.contains(Outcome.DISCARDED) ? Outcome.DISCARDED : Outcome.UNSTORED;
        loaded(SEVERAL, outcome, nanos, null);
    }

    void stored() {
        to.puts.increment();
    }

    /** How often the shared tier was good for this. */
    long sharedSoFar(Shared result) {
        return shared[result.ordinal()].sum();
    }

    void shared(Shared result) {
        shared[result.ordinal()].increment();
        to.shared[result.ordinal()].increment();
    }

    void removed() {
        to.removals.increment();
    }

    void evicted() {
        evictions.increment();
        to.evictions.increment();
    }

    void refreshRejected() {
        to.rejected.increment();
    }

    void invalidated(Object key) {
        to.invalidations.increment();
        debug(key, "invalidate", -1, null);
    }

    CacheStats stats(long size) {
        return new CacheStats(
                hits.sum(),
                staleHits.sum(),
                misses.sum(),
                coalesced.sum(),
                loads.sum(),
                failures.sum(),
                discarded.sum(),
                evictions.sum(),
                size);
    }

    private void debug(Object key, String what, long nanos, @Nullable Throwable failure) {
        DebugLog debug = RequestContext.currentDebug();
        if (debug.enabled()) {
            String text = text(key);
            String shown = text.length() <= LONGEST_KEY ? text : text.substring(0, LONGEST_KEY) + "…";
            debug.add("cache", "[" + cache + "] " + shown + " " + what, nanos, failure);
        }
    }

    private static String text(Object key) {
        try {
            return String.valueOf(key);
        } catch (RuntimeException unprintable) { // the application's
            return key.getClass().getName();
        }
    }

    /** Why a stale value was served. */
    enum Stale {
        REVALIDATING("stale, revalidating", "revalidating"),
        ERROR("stale, loading fails", "error"),
        PRESSURE("stale, under pressure", "pressure");

        private final String text;
        private final String tag;

        Stale(String text, String tag) {
            this.text = text;
            this.tag = tag;
        }
    }

    /** What the shared tier was good for. */
    enum Shared {
        HIT,
        LEASED,
        WAITED,
        STORED,
        OVERTAKEN,
        TOO_LARGE,
        NOT_ENCODED,
        NOT_KEYED,
        DOWN
    }

    /** What became of a load. */
    enum Outcome {
        STORED("stored"),
        FAILED("failed"),
        DISCARDED("discarded"),
        UNSTORED("unstored");

        private final String text;

        Outcome(String text) {
            this.text = text;
        }
    }

    private static final class Metered {
        private final Counter hits;
        private final Counter misses;
        private final Counter puts;
        private final Counter evictions;
        private final Counter removals;
        private final Counter coalesced;
        private final Counter rejected;
        private final Counter invalidations;
        private final Counter[] stale = new Counter[Stale.values().length];
        private final Counter[] shared = new Counter[Shared.values().length];
        private final Timer[] loads = new Timer[Outcome.values().length];

        Metered(Meters meters, String cache) {
            hits = meters.counter(CacheMeters.GETS, "cache", cache, "result", "hit");
            misses = meters.counter(CacheMeters.GETS, "cache", cache, "result", "miss");
            puts = meters.counter(CacheMeters.PUTS, "cache", cache);
            evictions = meters.counter(CacheMeters.EVICTIONS, "cache", cache);
            removals = meters.counter(CacheMeters.REMOVALS, "cache", cache);
            coalesced = meters.counter(CacheMeters.COALESCED, "cache", cache);
            rejected = meters.counter(CacheMeters.REFRESHES_REJECTED, "cache", cache);
            invalidations = meters.counter(CacheMeters.INVALIDATIONS, "cache", cache);
            for (Stale reason : Stale.values()) {
                stale[reason.ordinal()] = meters.counter(CacheMeters.STALE, "cache", cache, "reason", reason.tag);
            }
            for (Shared result : Shared.values()) {
                String tag = result.name().toLowerCase(Locale.ROOT);
                shared[result.ordinal()] = meters.counter(CacheMeters.SHARED, "cache", cache, "result", tag);
            }
            for (Outcome outcome : Outcome.values()) {
                loads[outcome.ordinal()] = meters.timer(CacheMeters.LOADS, "cache", cache, "result", outcome.text);
            }
        }
    }
}
