package dev.headroom.cache.internal;

import dev.headroom.RequestContext;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.EntryOptions;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads several keys by one call of the source: those that nobody has and nobody else loads. Each key has its own flight and its own lease, so it is loaded
 * once, whether alone or together with others. The leases are asked for together, one round for each node.
 *
 * <p>A caller first loads what is its own and only then waits for others: two callers with keys in common don't wait for one another. What becomes its
 * own while it waits it loads together as well. What is served stale is refreshed in the background, together too.
 */
final class BulkLoads {
    private static final Logger LOG = LoggerFactory.getLogger(BulkLoads.class);

    final CacheOptions options;
    final Surroundings around;
    final Flights flights;
    private final Joins joins;
    final FlightTable table;
    final SourceCalls calls;
    final Holding holding;
    final CacheCounts counts;
    final @Nullable SharedLoads shared;

    /** Gets the values of the keys. */
    interface BulkSource {
        Map<?, ?> load(Set<Object> keys) throws Throwable;

        /** The tags of a value that it got. */
        default Set<String> tags(Object key, Object value) {
            return Set.of();
        }

        /** One of the values that it got, or that there is none. */
        default Loaded loaded(Object key, @Nullable Object value, EntryOptions entries) {
            Set<String> tags = value == null ? Set.of() : tags(key, value);
            return tags.isEmpty()
                    ? new Loaded(value, true)
                    : new Load(entries).tags(tags.toArray(String[]::new)).ended(value);
        }

        /** One for each of the keys: tags belong to the call, and what goes wrong with them is its failure. */
        default Map<Object, Loaded> loadAll(Collection<Object> keys, EntryOptions entries) throws Throwable {
            Map<Object, Object> values = new HashMap<>(load(Set.copyOf(keys)));
            Map<Object, Loaded> loaded = new LinkedHashMap<>();
            keys.forEach(key -> loaded.put(key, loaded(key, values.get(key), entries)));
            return loaded;
        }
    }

    BulkLoads(
            CacheOptions options,
            Surroundings around,
            Flights flights,
            Joins joins,
            FlightTable table,
            SourceCalls calls,
            Holding holding,
            CacheCounts counts,
            @Nullable SharedLoads shared) {
        this.options = options;
        this.around = around;
        this.flights = flights;
        this.joins = joins;
        this.table = table;
        this.calls = calls;
        this.holding = holding;
        this.counts = counts;
        this.shared = shared;
    }

    /** Puts the values of keys that are not held into the answer. */
    void load(Collection<Object> keys, BulkSource source, EntryOptions entries, Map<Object, @Nullable Object> answer)
            throws Throwable {
        boolean elsewhere = mayBeLeft(keys);
        Map<Object, Flight> mine = new LinkedHashMap<>(2 * keys.size());
        Map<Object, Flight> awaited = new LinkedHashMap<>();
        for (Object key : keys) {
            try {
                counts.missed(key);
            } catch (Throwable failure) {
                mine.forEach((claimed, flight) -> flights.abandon(claimed, flight, failure));
                throw failure;
            }
            FlightTable.Claim claim = table.claim(key, !elsewhere);
            (claim.mine() ? mine : awaited).put(key, claim.flight());
        }
        long start = System.nanoTime();
        if (elsewhere) {
            loadElsewhere(mine, source, entries);
            awaited.putAll(mine);
        } else {
            together(mine, source, entries, answer);
            start = System.nanoTime();
        }
        SourceCalls.Patience patience = calls.patience(start);
        for (Map.Entry<Object, Flight> each : awaited.entrySet()) {
            answer.put(each.getKey(), joined(each.getKey(), each.getValue(), patience));
        }
    }

    /** Whether the caller may leave before the values are there; a loader, which has its place, loads on its own thread. */
    private boolean mayBeLeft(Collection<Object> keys) {
        return calls.mayBeTimed()
                && !around.gate.inside()
                && keys.stream().anyMatch(key -> calls.timed(holding.get(key)));
    }

    private void together(
            Map<Object, Flight> mine, BulkSource source, EntryOptions entries, Map<Object, @Nullable Object> answer)
            throws Throwable {
        BulkLoad load = new BulkLoad(this, mine, Map.of(), source, entries, answer);
        load.run();
        refreshInBackground(load.stale, source, entries);
    }

    /** On a thread that goes on when the caller has left, if there is one. */
    private void loadElsewhere(Map<Object, Flight> mine, BulkSource source, EntryOptions entries) {
        RequestContext context = SourceCalls.backgroundContext();
        Runnable load = () -> {
            Map<Object, Flight> begun = new LinkedHashMap<>(mine);
            begun.values().removeIf(flight -> !flight.begin(Thread.currentThread()));
            try (RequestContext.Scope scope = context.open()) {
                Objects.requireNonNull(scope);
                together(begun, source, entries, new HashMap<>());
            } catch (Error serious) {
                throw serious;
            } catch (Throwable failure) {
                LOG.debug("cache: a load of several keys failed", failure); // as those are told who wait for it
            }
        };
        try {
            around.refreshes.execute(load);
        } catch (RuntimeException full) {
            load.run();
        } catch (Throwable serious) {
            mine.forEach((key, flight) -> flights.unbegun(key, flight, serious));
            throw serious;
        }
    }

    /** Loads anew what was served stale and nobody loads yet, unless there is no thread for it. */
    void refreshInBackground(Map<Object, Entry> stale, BulkSource source, EntryOptions entries) {
        Map<Object, Flight> idle = new LinkedHashMap<>();
        for (Object key : stale.keySet()) {
            Flight flight = table.claimIdle(key);
            if (flight != null) {
                idle.put(key, flight);
            }
        }
        if (idle.isEmpty()) {
            return;
        }
        RequestContext context = SourceCalls.backgroundContext();
        try {
            around.refreshes.execute(() -> {
                try (RequestContext.Scope scope = context.open()) {
                    Objects.requireNonNull(scope);
                    refresh(idle, stale, source, entries);
                }
            });
        } catch (RejectedExecutionException full) {
            counts.refreshRejected();
            idle.forEach((key, flight) -> flights.unbegun(key, flight, calls.timeout("no thread to refresh on")));
        } catch (Throwable failed) { // an executor's trouble is not that of who has values in hand
            idle.forEach((key, flight) -> flights.unbegun(key, flight, failed));
            LOG.error("cache: no thread to refresh several keys on", failed);
        }
    }

    private void refresh(Map<Object, Flight> idle, Map<Object, Entry> stale, BulkSource source, EntryOptions entries) {
        Map<Object, Flight> mine = new LinkedHashMap<>(idle);
        mine.values().removeIf(flight -> !flight.begin(Thread.currentThread()));
        if (mine.isEmpty()) {
            return;
        }
        try {
            Map<Object, Entry> prior = new LinkedHashMap<>(stale);
            prior.keySet().retainAll(mine.keySet());
            new BulkLoad(this, mine, prior, source, entries, new HashMap<>()).run();
        } catch (Error serious) {
            LOG.error("cache: background refresh of several keys failed", serious);
            throw serious;
        } catch (Throwable failure) {
            LOG.debug("cache: background refresh of several keys failed", failure);
        }
    }

    private @Nullable Object joined(Object key, Flight other, SourceCalls.Patience patience) throws Throwable {
        Entry stale = holding.get(key);
        try {
            return joins.join(other, patience.left(stale)).value();
        } catch (Exception failure) {
            Entry held = holding.get(key);
            if (held != null && holding.covers(key, held)) {
                return held.value;
            }
            throw failure;
        }
    }
}
