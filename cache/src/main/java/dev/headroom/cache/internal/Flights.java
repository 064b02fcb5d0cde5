package dev.headroom.cache.internal;

import dev.headroom.RequestContext;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.internal.CacheCounts.Outcome;
import dev.headroom.cache.internal.CacheCounts.Stale;
import dev.headroom.consistency.ConsistencyToken;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loads of one cache: one for each key at a time.
 *
 * <p>A loader never runs inside a map's bin, so keys that share one don't wait for each other, and a loader may use the cache. Three rules
 * keep what is stale out. An invalidation leaves its position, then detaches the flight, then removes the value, which no flight that has come meanwhile is shown;
 * a flight publishes inside the bin of its key, and only when it is not detached; a flight reads the positions, and looks for the value before it, after it can be
 * found. So either the invalidation finds the flight and detaches it, or the flight began after the position was left and sees nothing of the value, and its load reads there.
 */
final class Flights {
    private static final Logger LOG = LoggerFactory.getLogger(Flights.class);

    private final String cache;
    private final CacheOptions options;
    private final Surroundings around;
    private final CacheCounts counts;
    private final Fences fences;
    private final SourceCalls calls;
    private final Joins joins;
    private final Holding holding;
    private final FlightTable flights;
    private volatile @Nullable SharedLoads shared;

    Flights(
            String cache,
            CacheOptions options,
            Surroundings around,
            CacheCounts counts,
            Fences fences,
            SourceCalls calls,
            Joins joins,
            Holding holding,
            FlightTable flights) {
        this.cache = cache;
        this.options = options;
        this.around = around;
        this.counts = counts;
        this.fences = fences;
        this.calls = calls;
        this.joins = joins;
        this.holding = holding;
        this.flights = flights;
    }

    /** From now on what other JVMs share is asked before a source. */
    void share(SharedLoads loads) {
        this.shared = loads;
    }

    /** Loads, or waits for who does. */
    @Nullable Object load(Object key, Source source, EntryOptions entries, @Nullable Entry stale) throws Throwable {
        boolean elsewhere = calls.timed(stale);
        Flight mine = elsewhere ? new Flight() : FlightTable.begun();
        Flight other = flights.putIfAbsent(key, mine);
        try {
            if (other != null) {
                counts.missed(key);
                boolean mayLead = !elsewhere || around.gate.inside();
                boolean idle = mayLead && other.begin(Thread.currentThread());
                Loaded loaded = idle
                        ? lead(key, other, asked(key, other, source, entries, stale))
                        : joins.join(other, calls.waitNanos(stale));
                return loaded.value();
            }
            Entry arrived = arrived(key, mine);
            if (arrived != null) {
                return arrived.value;
            }
            Asked asked = asked(key, mine, source, entries, stale);
            if (elsewhere && onRefreshThread(key, mine, asked)) {
                return joins.join(mine, calls.waitNanos(stale)).value();
            }
            return lead(key, mine, asked).value();
        } catch (Exception failure) {
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (stale != null && holding.covers(key, stale)) {
                return stale.value;
            }
            throw failure;
        }
    }

    /** The same for a caller who does not wait: nobody's thread is held but the one that loads. */
    CompletableFuture<@Nullable Object> loadAsync(
            Object key, Source source, EntryOptions entries, @Nullable Entry stale, Executor executor) {
        Flight mine = new Flight();
        Flight other = flights.putIfAbsent(key, mine);
        if (other == null) {
            Entry arrived = arrived(key, mine);
            if (arrived != null) {
                return CompletableFuture.completedFuture(arrived.value);
            }
            begin(key, mine, asked(key, mine, source, entries, stale), executor);
        } else {
            counts.missed(key);
            joins.refuseOwn(other);
            counts.coalesced();
            if (around.gate.inside() && !other.isBegun()) {
                Asked asked = new Asked(source, entries, there(key, stale), fences.current(), false, false);
                begin(key, other, asked, executor); // it may be queued behind loads that wait, like this one
            }
        }
        long wait = calls.waitNanos(stale);
        Runnable answered = around.gate.ask();
        return (other == null ? mine : other)
                .future()
                .thenApply(Loaded::value)
                .orTimeout(wait, TimeUnit.NANOSECONDS)
                .handle((value, failure) -> {
                    answered.run();
                    return failure == null ? value : asyncFailure(key, failure, wait, stale);
                });
    }

    private void begin(Object key, Flight flight, Asked asked, Executor executor) {
        RequestContext context = SourceCalls.backgroundContext();
        Runnable load = () -> refresh(context, key, flight, asked);
        try {
            around.execute(executor, load);
        } catch (RejectedExecutionException full) {
            if (around.gate.inside()) {
                load.run();
            } else {
                unbegun(key, flight, calls.timeout("no thread to load on"));
            }
        } catch (RuntimeException failed) {
            unbegun(key, flight, failed);
        } catch (Throwable serious) {
            unbegun(key, flight, serious);
            throw serious;
        }
    }

    /** There is no thread for it; somebody who came meanwhile may have taken it over. */
    void unbegun(Object key, Flight mine, Throwable failure) {
        if (mine.begin(Thread.currentThread())) {
            flights.crash(key, mine, failure);
        }
    }

    private @Nullable Object asyncFailure(Object key, Throwable thrown, long wait, @Nullable Entry stale) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure instanceof Exception && stale != null && holding.covers(key, stale)) {
            return stale.value;
        }
        if (thrown instanceof TimeoutException) { // the loader's own would be wrapped
            throw new CompletionException(calls.late(wait));
        }
        throw new CompletionException(failure instanceof InterruptedException ? joins.interrupted() : failure);
    }

    /** What came between looking and claiming, which ends the flight; else it is a miss. */
    private @Nullable Entry arrived(Object key, Flight mine) {
        try {
            Entry arrived = holding.arrived(key);
            if (arrived == null) {
                counts.missed(key);
            } else {
                flights.land(key, mine, Loaded.of(arrived, Loaded.Origin.HELD));
                counts.hit(key);
            }
            return arrived;
        } catch (Throwable failure) {
            abandon(key, mine, failure);
            throw failure;
        }
    }

    private Asked asked(Object key, Flight mine, Source source, EntryOptions entries, @Nullable Entry stale) {
        try {
            return new Asked(source, entries, there(key, stale), fences.current(), false, false);
        } catch (Throwable failure) {
            abandon(key, mine, failure);
            throw failure;
        }
    }

    /** What there still is of what was there; asked when the flight can be found, for since then whoever drops it detaches the flight, or has it not shown. */
    private @Nullable Entry there(Object key, @Nullable Entry before) {
        return before == null ? null : holding.staying(key, around.now());
    }

    /** A meter's failure, a key's that can't be printed, or a router's: nobody is to wait for a flight that was claimed and never led. */
    void abandon(Object key, Flight mine, Throwable failure) {
        if (mine.ledBy(Thread.currentThread())) {
            flights.crash(key, mine, failure);
        } else {
            unbegun(key, mine, failure);
        }
    }

    /** Says no if there is no thread for it, and then it is this one's to lead. */
    private boolean onRefreshThread(Object key, Flight mine, Asked asked) {
        RequestContext context = SourceCalls.backgroundContext();
        try {
            around.execute(around.refreshes, () -> refresh(context, key, mine, asked));
            return true;
        } catch (RuntimeException full) {
            return !mine.begin(Thread.currentThread());
        } catch (Throwable serious) {
            unbegun(key, mine, serious);
            throw serious;
        }
    }

    ConsistencyToken position() {
        return fences.current();
    }

    ConsistencyToken positionOf(Object key, ConsistencyToken beside) {
        return fences.of(key, beside);
    }

    ConsistencyToken combine(ConsistencyToken a, ConsistencyToken b) {
        return fences.combine(a, b);
    }

    Outcome publishAndLand(Object key, Flight flight, Loaded loaded, EntryOptions entries) {
        Outcome outcome = holding.publish(key, flight, loaded, entries);
        flights.land(key, flight, loaded);
        return loaded.origin() == Loaded.Origin.OVERTAKEN ? Outcome.DISCARDED : outcome;
    }

    /** Loads now, in place of whatever load runs. */
    @Nullable Object reload(Object key, Source source, EntryOptions entries) throws Throwable {
        Flight mine = FlightTable.begun();
        flights.replace(key, mine);
        Asked asked;
        try {
            calls.forgetFailure(key);
            asked = new Asked(source, entries, holding.staying(key, around.now()), fences.current(), false, true);
        } catch (Throwable failure) {
            abandon(key, mine, failure);
            throw failure;
        }
        return lead(key, mine, asked).value();
    }

    /** Refreshes on another thread unless somebody loads already. */
    void refreshInBackground(Object key, Source source, EntryOptions entries, Entry entry) {
        Flight mine = flights.claimIdle(key);
        if (mine == null) {
            return;
        }
        try {
            Entry there = there(key, entry);
            if (there != null && there != entry && holding.isGood(there, around.now())) { // somebody was sooner
                flights.land(key, mine, Loaded.of(there, Loaded.Origin.HELD));
                return;
            }
            Asked asked = new Asked(source, entries, there, fences.current(), true, false);
            RequestContext context = SourceCalls.backgroundContext();
            around.refreshes.execute(() -> refresh(context, key, mine, asked));
        } catch (RejectedExecutionException full) {
            counts.refreshRejected();
            unbegun(key, mine, calls.timeout("no thread to refresh on"));
        } catch (Throwable failed) { // an executor's trouble is not that of who has a value in hand
            unbegun(key, mine, failed);
            LOG.error("cache {}: a refresh could not begin", cache, failed);
        }
    }

    private void refresh(RequestContext context, Object key, Flight mine, Asked asked) {
        if (!mine.begin(Thread.currentThread())) {
            return;
        }
        try (RequestContext.Scope scope = context.open()) {
            lead(key, mine, asked);
        } catch (Exception failure) {
            Entry prior = asked.prior;
            if (prior != null) {
                prior.failed(around.now(), options.retryAfterError().toNanos());
            }
            LOG.debug("cache {}: background refresh failed", cache, failure);
        } catch (Error serious) {
            LOG.error("cache {}: background refresh failed", cache, serious);
            throw serious;
        } catch (Throwable other) {
            LOG.warn("cache {}: background refresh failed", cache, other);
        }
    }

    /** What a load is for. */
    private record Asked(
            Source source,
            EntryOptions entries,
            @Nullable Entry prior,
            ConsistencyToken position,
            boolean background,
            boolean anew) {}

    private Loaded lead(Object key, Flight mine, Asked asked) throws Throwable {
        long start = System.nanoTime();
        try {
            Loaded loaded = obtained(key, mine, asked, start);
            Outcome outcome = holding.publish(key, mine, loaded, asked.entries);
            flights.land(key, mine, loaded);
            landed(key, asked, loaded, outcome, start);
            return loaded;
        } catch (Throwable failure) {
            flights.crash(key, mine, failure);
            throw failure;
        }
    }

    private Loaded obtained(Object key, Flight mine, Asked asked, long start) throws Throwable {
        SharedLoads loads = shared;
        String text = loads == null ? null : loads.values.unshared.text(key);
        Throwable before = calls.failureOf(key);
        if (loads == null || text == null) {
            if (before != null) {
                throw before;
            }
            Prior prior = Prior.of(asked.prior, !holding.distrusts(asked.prior));
            return calls.one(key, asked.source, asked.entries, asked.position, prior, mine, start);
        }
        Wanted.FromSource source =
                (position, prior) -> calls.one(key, asked.source, asked.entries, position, prior, mine, start);
        Wanted wanted = new Wanted(
                text,
                asked.entries,
                asked.prior,
                asked.position,
                asked.background,
                asked.anew,
                calls.waitNanos(),
                mine,
                source);
        if (before == null) {
            return loads.get(wanted);
        }
        Loaded there = loads.there(wanted);
        if (there == null) {
            throw before;
        }
        return there;
    }

    private void landed(Object key, Asked asked, Loaded loaded, Outcome outcome, long start) {
        switch (loaded.origin()) {
            case LOAD -> counts.loaded(key, outcome, System.nanoTime() - start, null);
            case OVERTAKEN -> counts.loaded(key, Outcome.DISCARDED, System.nanoTime() - start, null);
            case STALE -> {
                Entry entry = loaded.entry();
                boolean pressure = entry != null && !entry.mayRevalidate(around.now());
                counts.stale(key, pressure ? Stale.PRESSURE : Stale.REVALIDATING);
                if (entry != null && !around.overloaded()) {
                    refreshInBackground(key, asked.source, asked.entries, entry);
                }
            }
            case FAILED -> counts.stale(key, Stale.ERROR);
            default -> {
                // Another JVM's work, or none.
            }
        }
    }
}
