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
    private volatile @Nullable SharedSide side;
    private volatile @Nullable SharedLoads shared;

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

    /** From now on what other JVMs share is asked before a source. */
    void share(SharedSide side, SharedLoads loads) {
        this.side = side;
        this.shared = loads;
    }

    /** Loads, or waits for who does. */
    @Nullable Object load(Object key, Source source, EntryOptions entries, @Nullable Entry stale) throws Throwable {
        boolean elsewhere = timed(stale);
        Flight mine = elsewhere ? new Flight() : begun();
        Flight other = flights.putIfAbsent(key, mine);
        try {
            if (other != null) {
                counts.missed(key);
                boolean idle = !elsewhere && other.begin(Thread.currentThread());
                Loaded loaded = idle ? lead(key, other, asked(source, entries, stale)) : join(other, waitNanos(stale));
                return loaded.value();
            }
            Entry arrived = held.get(key);
            if (arrived != null && arrived.fresh(around.now()) && !unchecked(arrived)) {
                land(key, mine, Loaded.of(arrived, Loaded.Origin.HELD));
                counts.hit(key);
                return arrived.value;
            }
            counts.missed(key);
            Asked asked = asked(source, entries, stale);
            if (elsewhere && onRefreshThread(key, mine, asked)) {
                return join(mine, waitNanos(stale)).value();
            }
            return lead(key, mine, asked).value();
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

    private boolean unchecked(Entry entry) {
        SharedSide known = side;
        return known != null && entry.unchecked(around.now(), known.distrusted());
    }

    private Asked asked(Source source, EntryOptions entries, @Nullable Entry prior) {
        return new Asked(source, entries, prior, fences.current(), false, false);
    }

    /** Whether the caller may leave before the load is done, so that it has to run on another thread. */
    private boolean timed(@Nullable Entry stale) {
        boolean soft = !options.softTimeout().isZero() && stale != null && stale.mayCoverErrors(around.now());
        return soft || !options.hardTimeout().isZero();
    }

    /** Says no if there is no thread for it, and then it is this one's to lead. */
    private boolean onRefreshThread(Object key, Flight mine, Asked asked) {
        RequestContext context = backgroundContext();
        try {
            around.refreshes.execute(() -> refresh(context, key, mine, asked));
            return true;
        } catch (RejectedExecutionException full) {
            return !mine.begin(Thread.currentThread());
        }
    }

    /** A key's flight, and whether it is this caller's to lead. */
    record Claim(Flight flight, boolean mine) {}

    /** For several keys together. */
    Claim claim(Object key) {
        Flight mine = begun();
        Flight other = flights.putIfAbsent(key, mine);
        return other == null ? new Claim(mine, true) : new Claim(other, other.begin(Thread.currentThread()));
    }

    /** What came between looking and claiming. */
    @Nullable Entry arrived(Object key) {
        Entry arrived = held.get(key);
        return arrived != null && arrived.fresh(around.now()) && !unchecked(arrived) ? arrived : null;
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

    Wanted wanted(Object key, String text, Flight flight, EntryOptions entries) {
        Wanted.FromSource none = (position, prior) -> {
            throw new IllegalStateException("loaded together with others");
        };
        return new Wanted(text, entries, held.get(key), fences.current(), false, false, waitNanos(), flight, none);
    }

    /** Loads several keys by one call that takes one place. */
    void bulk(ConsistencyToken position, Source source) throws Throwable {
        long wait = waitNanos();
        if (!entered(wait)) {
            throw timeout("no place to load within " + wait / 1_000_000 + " ms");
        }
        long start = System.nanoTime();
        counts.loadBegun();
        Outcome outcome = Outcome.FAILED;
        try {
            fences.within(position, source, new Load(options.entries(), null));
            outcome = Outcome.STORED;
        } catch (Throwable failure) {
            lastFailure = failure;
            throw failure;
        } finally {
            around.gate.leave();
            counts.loaded("several", outcome, System.nanoTime() - start, null);
        }
    }

    void publishAndLand(Object key, Flight flight, Loaded loaded, EntryOptions entries) {
        publish(key, flight, loaded, entries);
        land(key, flight, loaded);
    }

    Loaded join(Flight flight) throws Throwable {
        return join(flight, waitNanos((Entry) null));
    }

    /** Loads now, in place of whatever load runs. */
    @Nullable Object reload(Object key, Source source, EntryOptions entries) throws Throwable {
        Flight mine = begun();
        Flight before = flights.put(key, mine);
        if (before != null) {
            before.overtake();
        }
        return lead(key, mine, new Asked(source, entries, held.get(key), fences.current(), false, true))
                .value();
    }

    /** Loads and stores without caring for others. */
    @Nullable Object loadAlone(Object key, Source source, EntryOptions entries) throws Throwable {
        long start = System.nanoTime();
        Loaded loaded = run(key, source, entries, fences.current(), null, start);
        boolean stored = loaded.keeps(entries);
        if (stored) {
            held.put(key, entry(loaded, entries));
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
            Load load = new Load(options.entries(), null);
            Loaded loaded = fences.within(fences.of(key, fences.current()), source, load);
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
        Asked asked = new Asked(source, entries, entry, fences.current(), true, false);
        RequestContext context = backgroundContext();
        try {
            around.refreshes.execute(() -> refresh(context, key, mine, asked));
        } catch (RejectedExecutionException full) {
            counts.refreshRejected();
            if (mine.begin(Thread.currentThread())) {
                crash(key, mine, timeout("no thread to refresh on"));
            }
        }
    }

    private static RequestContext backgroundContext() {
        return RequestContext.current()
                .with()
                .deadline((Deadline) null)
                .debug(DebugLog.none())
                .build();
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

    /** Another JVM dropped something: what runs now is not held. */
    void detach(Object key) {
        Flight flight = flights.remove(key);
        if (flight != null) {
            flight.detach();
        }
    }

    void detachText(String text) {
        flights.keySet().stream().filter(key -> text.equals(KeyText.of(key))).forEach(this::detach);
    }

    void detachAll() {
        flights.forEach((key, flight) -> {
            flight.detach();
            flights.remove(key, flight);
        });
    }

    /** An invalidation came: what runs now is stored nowhere. */
    void overtake(Object key) {
        Flight flight = flights.remove(key);
        if (flight != null) {
            flight.overtake();
        }
    }

    void overtakeAll() {
        flights.forEach((key, flight) -> {
            flight.overtake();
            flights.remove(key, flight);
        });
    }

    private static Flight begun() {
        Flight flight = new Flight();
        flight.begin(Thread.currentThread());
        return flight;
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
            Outcome outcome = publish(key, mine, loaded, asked.entries);
            land(key, mine, loaded);
            landed(key, asked, loaded, outcome, start);
            return loaded;
        } catch (Throwable failure) {
            crash(key, mine, failure);
            throw failure;
        }
    }

    private Loaded obtained(Object key, Flight mine, Asked asked, long start) throws Throwable {
        SharedLoads loads = shared;
        String text = loads == null ? null : loads.values.unshared.text(key);
        if (loads == null || text == null) {
            return run(key, asked.source, asked.entries, asked.position, asked.prior, start);
        }
        Wanted.FromSource source = (position, prior) -> run(key, asked.source, asked.entries, position, prior, start);
        return loads.get(new Wanted(
                text,
                asked.entries,
                asked.prior,
                asked.position,
                asked.background,
                asked.anew,
                waitNanos(),
                mine,
                source));
    }

    private void landed(Object key, Asked asked, Loaded loaded, Outcome outcome, long start) {
        switch (loaded.origin()) {
            case LOAD -> counts.loaded(key, outcome, System.nanoTime() - start, null);
            case OVERTAKEN -> counts.loaded(key, Outcome.DISCARDED, System.nanoTime() - start, null);
            case STALE -> {
                counts.stale(key, Stale.REVALIDATING);
                Entry entry = loaded.entry();
                if (entry != null) {
                    refreshInBackground(key, asked.source, asked.entries, entry);
                }
            }
            case FAILED -> counts.stale(key, Stale.ERROR);
            default -> {
                // Another JVM's work, or none.
            }
        }
    }

    private Loaded run(
            Object key, Source source, EntryOptions entries, ConsistencyToken asked, @Nullable Entry prior, long start)
            throws Throwable {
        long wait = waitNanos();
        if (!entered(wait)) {
            throw timeout("no place to load within " + wait / 1_000_000 + " ms");
        }
        counts.loadBegun();
        try {
            long begun = System.nanoTime();
            Loaded loaded = fences.within(fences.of(key, asked), source, new Load(entries, prior));
            return loaded.took(System.nanoTime() - begun);
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
            boolean keeps = loaded.keeps(entries);
            outcome[0] = keeps ? Outcome.STORED : Outcome.UNSTORED;
            return keeps ? entry(loaded, entries) : null;
        });
        if (outcome[0] == Outcome.STORED) {
            counts.stored();
        }
        return outcome[0];
    }

    private Entry entry(Loaded loaded, EntryOptions entries) {
        Entry known = loaded.entry();
        if (known != null) {
            return known;
        }
        long recheck = side == null ? Long.MAX_VALUE : options.localFresh().toNanos();
        return new Entry(loaded, loaded.options(entries), around.now(), recheck);
    }

    private Loaded join(Flight flight, long wait) throws Throwable {
        if (flight.ledBy(Thread.currentThread()) && !flight.result().isDone()) {
            throw new IllegalStateException(
                    "cache " + cache + ": the loader of a key asks for the same key (expected: another)");
        }
        counts.coalesced();
        try {
            return flight.result().get(wait, TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof InterruptedException) {
                throw timeout("the thread that loaded was interrupted"); // not this one
            }
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

    void crash(Object key, Flight flight, Throwable failure) {
        flights.remove(key, flight);
        flight.result().completeExceptionally(failure);
    }

    /** How long to wait for a load: not as long if there is a stale value to serve. */
    private long waitNanos(@Nullable Entry stale) {
        long wait = waitNanos();
        if (!options.hardTimeout().isZero()) {
            wait = Math.min(wait, options.hardTimeout().toNanos());
        }
        boolean soft = !options.softTimeout().isZero() && stale != null && stale.mayCoverErrors(around.now());
        return soft ? Math.min(wait, options.softTimeout().toNanos()) : wait;
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
