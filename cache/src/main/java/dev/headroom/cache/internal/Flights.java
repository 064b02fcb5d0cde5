package dev.headroom.cache.internal;

import dev.headroom.Deadline;
import dev.headroom.RequestContext;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.CacheTimeoutException;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.internal.CacheCounts.Outcome;
import dev.headroom.cache.internal.CacheCounts.Stale;
import dev.headroom.consistency.ConsistencyToken;
import dev.headroom.debug.DebugLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
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
 * keep what is stale out. An invalidation leaves its position, then detaches the flight, then removes the value; a flight publishes
 * inside the bin of its key, and only when it is not detached; a flight reads the positions after it can be found. So either the
 * invalidation finds the flight and detaches it, or the flight began after the position was left, and its load reads there.
 */
final class Flights {
    private static final Logger LOG = LoggerFactory.getLogger(Flights.class);

    private final String cache;
    private final CacheOptions options;
    private final Surroundings around;
    private final CacheCounts counts;
    private final Fences fences;
    private final ConcurrentMap<Object, Entry> held;
    private final Map<Object, Flight> flights = new ConcurrentHashMap<>();
    private volatile @Nullable Throwable lastFailure;

    Flights(
            String cache,
            CacheOptions options,
            Surroundings around,
            CacheCounts counts,
            Fences fences,
            ConcurrentMap<Object, Entry> held) {
        this.cache = cache;
        this.options = options;
        this.around = around;
        this.counts = counts;
        this.fences = fences;
        this.held = held;
    }

    /** Loads, or waits for who does. */
    @Nullable Object load(Object key, Source source, EntryOptions entries, @Nullable Entry stale) throws Throwable {
        Flight mine = begun();
        Flight other = flights.putIfAbsent(key, mine);
        try {
            if (other != null) {
                counts.missed(key);
                boolean idle = other.begin(Thread.currentThread());
                return (idle ? lead(key, other, source, entries, fences.current()) : join(other)).value();
            }
            Entry arrived = held.get(key);
            if (arrived != null && arrived.fresh(around.now())) {
                land(key, mine, new Loaded(arrived.value, true));
                counts.hit(key);
                return arrived.value;
            }
            counts.missed(key);
            return lead(key, mine, source, entries, fences.current()).value();
        } catch (Exception failure) {
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (stale != null && covers(key, stale)) {
                return stale.value;
            }
            throw failure;
        }
    }

    /** Loads now, in place of whatever load runs. */
    @Nullable Object reload(Object key, Source source, EntryOptions entries) throws Throwable {
        Flight mine = begun();
        Flight before = flights.put(key, mine);
        if (before != null) {
            before.detach();
        }
        return lead(key, mine, source, entries, fences.current()).value();
    }

    /** Loads and stores without caring for others. */
    @Nullable Object loadAlone(Object key, Source source, EntryOptions entries) throws Throwable {
        long start = System.nanoTime();
        Loaded loaded = run(key, source, fences.current(), waitNanos(), start);
        boolean stored = keeps(loaded, entries);
        if (stored) {
            held.put(key, new Entry(loaded.value(), entries, around.now()));
            counts.stored();
        }
        counts.loaded(key, stored ? Outcome.STORED : Outcome.UNSTORED, System.nanoTime() - start, null);
        return loaded.value();
    }

    /** Loads and stores nothing; not counted against the places, for nothing here may stand in the application's way. */
    @Nullable Object pass(Object key, Source source) throws Throwable {
        counts.loadBegun();
        long start = System.nanoTime();
        try {
            Loaded loaded = fences.within(fences.of(key, fences.current()), source);
            counts.loaded(key, Outcome.UNSTORED, System.nanoTime() - start, null);
            return loaded.value();
        } catch (Throwable failure) {
            counts.loaded(key, Outcome.FAILED, System.nanoTime() - start, failure);
            throw failure;
        }
    }

    /** Refreshes on another thread unless somebody loads already. */
    void refreshInBackground(Object key, Source source, EntryOptions entries, Entry entry) {
        Flight mine = new Flight();
        if (flights.putIfAbsent(key, mine) != null) {
            return;
        }
        ConsistencyToken asked = fences.current();
        RequestContext context = RequestContext.current()
                .with()
                .deadline((Deadline) null)
                .debug(DebugLog.none())
                .build();
        try {
            around.refreshes.execute(() -> refresh(context, key, mine, source, entries, entry, asked));
        } catch (RejectedExecutionException full) {
            counts.refreshRejected();
            if (mine.begin(Thread.currentThread())) {
                crash(key, mine, timeout("no thread to refresh on"));
            }
        }
    }

    private void refresh(
            RequestContext context,
            Object key,
            Flight mine,
            Source source,
            EntryOptions entries,
            Entry entry,
            ConsistencyToken asked) {
        if (!mine.begin(Thread.currentThread())) {
            return;
        }
        try (RequestContext.Scope scope = context.open()) {
            lead(key, mine, source, entries, asked);
        } catch (Exception failure) {
            entry.failed(around.now(), options.retryAfterError().toNanos());
            LOG.debug("cache {}: background refresh failed", cache, failure);
        } catch (Error serious) {
            LOG.error("cache {}: background refresh failed", cache, serious);
            throw serious;
        } catch (Throwable other) {
            LOG.warn("cache {}: background refresh failed", cache, other);
        }
    }

    /** An invalidation came: what runs now stores nothing. */
    void detach(Object key) {
        Flight flight = flights.remove(key);
        if (flight != null) {
            flight.detach();
        }
    }

    void detachAll() {
        flights.forEach((key, flight) -> {
            flight.detach();
            flights.remove(key, flight);
        });
    }

    private static Flight begun() {
        Flight flight = new Flight();
        flight.begin(Thread.currentThread());
        return flight;
    }

    private Loaded lead(Object key, Flight mine, Source source, EntryOptions entries, ConsistencyToken asked)
            throws Throwable {
        long start = System.nanoTime();
        try {
            Loaded loaded = run(key, source, asked, waitNanos(), start);
            Outcome outcome = publish(key, mine, loaded, entries);
            land(key, mine, loaded);
            counts.loaded(key, outcome, System.nanoTime() - start, null);
            return loaded;
        } catch (Throwable failure) {
            crash(key, mine, failure);
            throw failure;
        }
    }

    private Loaded run(Object key, Source source, ConsistencyToken asked, long wait, long start) throws Throwable {
        if (!entered(wait)) {
            throw timeout("no place to load within " + wait / 1_000_000 + " ms");
        }
        counts.loadBegun();
        try {
            return fences.within(fences.of(key, asked), source);
        } catch (Throwable failure) {
            lastFailure = failure;
            counts.loaded(key, Outcome.FAILED, System.nanoTime() - start, failure);
            throw failure;
        } finally {
            around.gate.leave();
        }
    }

    private Outcome publish(Object key, Flight mine, Loaded loaded, EntryOptions entries) {
        Outcome[] outcome = {Outcome.DISCARDED};
        held.compute(key, (k, before) -> {
            if (mine.detached()) {
                return before;
            }
            boolean keeps = keeps(loaded, entries);
            outcome[0] = keeps ? Outcome.STORED : Outcome.UNSTORED;
            return keeps ? new Entry(loaded.value(), entries, around.now()) : null;
        });
        if (outcome[0] == Outcome.STORED) {
            counts.stored();
        }
        return outcome[0];
    }

    private Loaded join(Flight flight) throws Throwable {
        if (flight.ledBy(Thread.currentThread())) {
            throw new IllegalStateException(
                    "cache " + cache + ": the loader of a key asks for the same key (expected: another)");
        }
        counts.coalesced();
        long wait = waitNanos();
        try {
            return flight.result().get(wait, TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() == null ? failed : failed.getCause();
        } catch (TimeoutException late) {
            throw timeout("another caller's load took longer than " + wait / 1_000_000 + " ms");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw timeout("interrupted while waiting for another caller's load");
        }
    }

    private boolean entered(long wait) {
        try {
            return around.gate.enter(wait);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw timeout("interrupted while waiting for a place to load");
        }
    }

    private CacheTimeoutException timeout(String what) {
        return new CacheTimeoutException("cache " + cache + ": " + what + " (" + around.gate + ")", lastFailure);
    }

    private boolean covers(Object key, Entry stale) {
        long now = around.now();
        if (stale.negative() || !stale.mayCoverErrors(now)) {
            return false;
        }
        stale.failed(now, options.retryAfterError().toNanos());
        counts.stale(key, Stale.ERROR);
        return true;
    }

    private void land(Object key, Flight flight, Loaded loaded) {
        flights.remove(key, flight);
        flight.result().complete(loaded);
    }

    private void crash(Object key, Flight flight, Throwable failure) {
        flights.remove(key, flight);
        flight.result().completeExceptionally(failure);
    }

    private static boolean keeps(Loaded loaded, EntryOptions entries) {
        return loaded.keep() && (loaded.value() != null || !entries.negative().isZero());
    }

    /** How long this caller may wait: as the options say, or until its deadline. */
    private long waitNanos() {
        long most = options.waitAtMost().toNanos();
        return RequestContext.active()
                .flatMap(RequestContext::deadline)
                .map(deadline -> Math.max(0, Math.min(most, deadline.remaining().toNanos())))
                .orElse(most);
    }
}
