package dev.headroom.cache.internal;

import dev.headroom.RequestContext;
import dev.headroom.cache.CacheMode;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.internal.CacheCounts.Stale;
import dev.headroom.consistency.ConsistencyToken;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Which of the ways to an answer is taken: what is held, fresh or stale, or a load. Freshness is judged by one reading of the clock per call. */
final class Reads {
    private final CacheOptions options;
    private final Surroundings around;
    private final CacheCounts counts;
    private final Holding holding;
    private final Flights flights;
    private final Joins joins;
    private final FlightTable table;
    private final SourceCalls calls;
    private final NaiveLoads naive;
    private @Nullable SharedLoads loads;

    Reads(
            CacheOptions options,
            Surroundings around,
            CacheCounts counts,
            Holding holding,
            Flights flights,
            Joins joins,
            FlightTable table,
            SourceCalls calls,
            NaiveLoads naive) {
        this.options = options;
        this.around = around;
        this.counts = counts;
        this.holding = holding;
        this.flights = flights;
        this.joins = joins;
        this.table = table;
        this.calls = calls;
        this.naive = naive;
    }

    /** From now on what other JVMs share is asked before a source. */
    void share(SharedLoads loads) {
        this.loads = loads;
    }

    /** The value if it is fresh and there is nothing to be done beside: the way that most calls take, which allocates nothing. */
    @Nullable Entry hit(Object key) {
        Entry entry = holding.any(Objects.requireNonNull(key, "key"));
        if (entry == null || around.mode() == CacheMode.OFF) {
            return null;
        }
        long now = around.now();
        if (!entry.fresh(now) || holding.unchecked(entry, now) || mayRefreshEarly(entry, now)) {
            return null;
        }
        counts.hit(key);
        return entry;
    }

    /** The value if it is fresh and need not be compared with anything; counted, and nothing is done beside. */
    @Nullable Entry present(Object key) {
        Entry entry = around.mode() == CacheMode.OFF ? null : holding.any(Objects.requireNonNull(key, "key"));
        long now = around.now();
        if (entry == null || !entry.fresh(now) || holding.unchecked(entry, now)) {
            counts.missed(key);
            return null;
        }
        counts.hit(key);
        return entry;
    }

    private boolean mayRefreshEarly(Entry entry, long now) {
        return (options.earlyRefresh() < 1 && entry.aged(now, options.earlyRefresh()))
                || (options.refreshBeta() > 0 && entry.mayBeDue(now, options.refreshBeta()));
    }

    /** The key's value; throws what the source threw. */
    @Nullable Object one(Object key, Source source, EntryOptions entries) throws Throwable {
        Objects.requireNonNull(key, "key");
        CacheMode mode = around.mode();
        if (mode == CacheMode.OFF) {
            counts.missed(key);
            return calls.uncached(key, source);
        }
        Entry entry = holding.get(key);
        if (entry != null && servable(key, entry, around.now(), mode, refresh(source, entries))) {
            return entry.value;
        }
        if (mode == CacheMode.NAIVE) {
            counts.missed(key);
            return naive.one(key, source, entries);
        }
        Flight running = table.running(key);
        if (running == null) {
            return flights.load(key, source, entries, entry);
        }
        counts.missed(key);
        long wait = calls.waitNanos(entry);
        LoadGate.Lent place = joins.joining(running);
        // Here and not further down: each frame is kept as many times as there are threads that wait.
        Flight.Waited waited = running.await(wait);
        return joins.joined(key, running, waited, wait, place, entry);
    }

    /** The key's value, without waiting for it. */
    CompletableFuture<@Nullable Object> later(Object key, Source source, EntryOptions entries, Executor executor) {
        Objects.requireNonNull(key, "key");
        CacheMode mode = around.mode();
        Entry entry = mode == CacheMode.OFF ? null : holding.get(key);
        if (entry != null && servable(key, entry, around.now(), mode, refresh(source, entries))) {
            return CompletableFuture.completedFuture(entry.value);
        }
        if (mode == CacheMode.ON) {
            return flights.loadAsync(key, source, entries, entry, executor);
        }
        CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
        Runnable load = RequestContext.wrap(() -> complete(result, key, source, entries));
        Runnable answered = around.gate.ask();
        try {
            around.execute(executor, load);
        } catch (RejectedExecutionException full) {
            if (around.gate.inside()) {
                load.run();
            } else {
                result.completeExceptionally(calls.timeout("no thread to load on"));
            }
        } catch (RuntimeException failed) {
            result.completeExceptionally(failed);
        }
        return result.whenComplete((value, failure) -> answered.run());
    }

    /** The stage of a loader while the cache is switched off: nothing of it runs on a thread of the cache. */
    CompletableFuture<@Nullable Object> uncached(Object key, Source stage) {
        counts.missed(Objects.requireNonNull(key, "key"));
        CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
        try {
            calls.uncachedStage(key, stage).whenComplete((value, failure) -> {
                if (failure == null) {
                    result.complete(value);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        } catch (Error serious) {
            throw serious;
        } catch (Throwable failure) {
            result.completeExceptionally(failure);
        }
        return result;
    }

    boolean off() {
        return around.mode() == CacheMode.OFF;
    }

    private void complete(CompletableFuture<@Nullable Object> result, Object key, Source source, EntryOptions entries) {
        try {
            result.complete(one(key, source, entries));
        } catch (Throwable failure) {
            result.completeExceptionally(failure);
            if (failure instanceof Error serious) {
                throw serious;
            }
        }
    }

    private BiConsumer<Object, Entry> refresh(Source source, EntryOptions entries) {
        return (key, entry) -> flights.refreshInBackground(key, source, entries, entry);
    }

    private boolean servable(Object key, Entry entry, long now, CacheMode mode, BiConsumer<Object, Entry> refresh) {
        if (holding.unchecked(entry, now)) {
            return false;
        }
        if (entry.fresh(now)) {
            counts.hit(key);
            refreshEarly(key, entry, now, mode, refresh);
            return true;
        }
        return mode == CacheMode.ON && !entry.negative() && servedStale(key, entry, now, refresh);
    }

    /** The keys' values, null for those that have none, in the keys' order; throws what the source threw. */
    Map<Object, @Nullable Object> all(Collection<?> keys, BulkLoads.BulkSource source, EntryOptions entries)
            throws Throwable {
        Map<Object, @Nullable Object> found = new LinkedHashMap<>(2 * keys.size());
        Set<Object> missing = new LinkedHashSet<>(2 * keys.size());
        Map<Object, Entry> stale = new LinkedHashMap<>();
        CacheMode mode = around.mode();
        long now = around.now();
        for (Object key : keys) {
            Objects.requireNonNull(key, "key");
            Entry entry = mode == CacheMode.OFF ? null : served(key, now, mode, stale::put);
            found.put(key, entry == null ? null : entry.value);
            if (entry == null) {
                missing.add(key);
            }
        }
        if (missing.isEmpty() && stale.isEmpty()) {
            return found;
        }
        switch (mode) {
            case ON -> {
                BulkLoads bulk = new BulkLoads(options, around, flights, joins, table, calls, holding, counts, loads);
                bulk.refreshInBackground(stale, source, entries);
                bulk.load(missing, source, entries, found);
            }
            case NAIVE -> {
                missing.forEach(counts::missed);
                found.putAll(naive.several(missing, source, entries));
            }
            case OFF -> passAll(missing, source, found);
        }
        return found;
    }

    private @Nullable Entry served(Object key, long now, CacheMode mode, BiConsumer<Object, Entry> refresh) {
        Entry entry = holding.get(key, now);
        return entry != null && servable(key, entry, now, mode, refresh) ? entry : null;
    }

    private void passAll(Set<Object> missing, BulkLoads.BulkSource source, Map<Object, @Nullable Object> found)
            throws Throwable {
        missing.forEach(counts::missed);
        ConsistencyToken position = flights.position();
        for (Object key : missing) {
            position = flights.positionOf(key, position);
        }
        calls.uncachedSeveral(position, load -> {
            Map<?, ?> values = source.load(Set.copyOf(missing));
            missing.forEach(key -> found.put(key, values.get(key)));
            return load.ended(null);
        });
    }

    private void refreshEarly(Object key, Entry entry, long now, CacheMode mode, BiConsumer<Object, Entry> refresh) {
        boolean aged = options.earlyRefresh() < 1 && entry.aged(now, options.earlyRefresh());
        boolean due = aged || (options.refreshBeta() > 0 && entry.due(now, options.refreshBeta()));
        if (due && !entry.negative() && mode == CacheMode.ON && !entry.resting(now) && !around.busy()) {
            refresh.accept(key, entry);
        }
    }

    private boolean servedStale(Object key, Entry entry, long now, BiConsumer<Object, Entry> refresh) {
        boolean resting = entry.resting(now) && entry.mayCoverErrors(now);
        if (resting) {
            counts.stale(key, Stale.ERROR);
            return true;
        }
        boolean pressed = around.pressed();
        boolean stretched = pressed && entry.mayCoverErrors(now);
        if (!entry.mayRevalidate(now) && !stretched) {
            return false;
        }
        counts.stale(key, stretched ? Stale.PRESSURE : Stale.REVALIDATING);
        if (!entry.resting(now) && !around.overloaded()) {
            refresh.accept(key, entry);
        }
        return true;
    }
}
