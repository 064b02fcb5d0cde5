package dev.headroom.cache.internal;

import dev.headroom.RequestContext;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.internal.CacheCounts.Outcome;
import dev.headroom.consistency.ConsistencyToken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
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

    private static final long LONGEST_PAUSE = 500_000_000;

    private final CacheOptions options;
    private final Surroundings around;
    private final Flights flights;
    private final FlightTable table;
    private final SourceCalls calls;
    private final Holding holding;
    private final CacheCounts counts;
    private final @Nullable SharedLoads shared;

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
                    : new Load(entries, null).tags(tags.toArray(String[]::new)).ended(value);
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
            FlightTable table,
            SourceCalls calls,
            Holding holding,
            CacheCounts counts,
            @Nullable SharedLoads shared) {
        this.options = options;
        this.around = around;
        this.flights = flights;
        this.table = table;
        this.calls = calls;
        this.holding = holding;
        this.counts = counts;
        this.shared = shared;
    }

    /** The values of keys that are not held. */
    Map<Object, @Nullable Object> load(Collection<Object> keys, BulkSource source, EntryOptions entries)
            throws Throwable {
        boolean elsewhere = mayBeLeft(keys);
        Map<Object, Flight> mine = new LinkedHashMap<>();
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
        Map<Object, @Nullable Object> found = new HashMap<>();
        long start = System.nanoTime();
        if (elsewhere) {
            loadElsewhere(mine, source, entries);
            awaited.putAll(mine);
        } else {
            found.putAll(together(mine, source, entries));
            start = System.nanoTime();
        }
        SourceCalls.Patience patience = calls.patience(start);
        for (Map.Entry<Object, Flight> each : awaited.entrySet()) {
            found.put(each.getKey(), joined(each.getKey(), each.getValue(), patience));
        }
        return found;
    }

    /** Whether the caller may leave before the values are there; a loader, which has its place, loads on its own thread. */
    private boolean mayBeLeft(Collection<Object> keys) {
        return !around.gate.inside() && keys.stream().anyMatch(key -> calls.timed(holding.get(key)));
    }

    private Map<Object, @Nullable Object> together(Map<Object, Flight> mine, BulkSource source, EntryOptions entries)
            throws Throwable {
        Together together = new Together(mine, Map.of(), source, entries);
        together.run();
        refreshInBackground(together.stale, source, entries);
        return together.found;
    }

    /** On a thread that goes on when the caller has left, if there is one. */
    private void loadElsewhere(Map<Object, Flight> mine, BulkSource source, EntryOptions entries) {
        RequestContext context = SourceCalls.backgroundContext();
        Runnable load = () -> {
            Map<Object, Flight> begun = new LinkedHashMap<>(mine);
            begun.values().removeIf(flight -> !flight.begin(Thread.currentThread()));
            try (RequestContext.Scope scope = context.open()) {
                Objects.requireNonNull(scope);
                together(begun, source, entries);
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
            new Together(mine, prior, source, entries).run();
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
            return flights.join(other, patience.left(stale)).value();
        } catch (Exception failure) {
            Entry held = holding.get(key);
            if (held != null && holding.covers(key, held)) {
                return held.value;
            }
            throw failure;
        }
    }

    /** What one caller loads, or the background in place of what is served stale. */
    private final class Together {
        private final Map<Object, Flight> mine;
        private final Map<Object, Entry> prior;
        private final BulkSource source;
        private final EntryOptions entries;
        private final Map<Object, @Nullable Object> found = new HashMap<>();
        private final Map<Object, Entry> stale = new LinkedHashMap<>();

        /**
         * Of the keys that these flights are for.
         *
         * @param prior what a refresh is to replace, empty if somebody waits for the values
         */
        Together(Map<Object, Flight> mine, Map<Object, Entry> prior, BulkSource source, EntryOptions entries) {
            this.mine = mine;
            this.prior = prior;
            this.source = source;
            this.entries = entries;
        }

        void run() throws Throwable {
            try {
                load();
            } catch (Throwable failure) {
                long now = around.now();
                prior.values()
                        .forEach(each ->
                                each.failed(now, options.retryAfterError().toNanos()));
                mine.forEach((key, flight) -> table.crash(key, flight, failure));
                throw failure;
            }
        }

        private boolean background() {
            return !prior.isEmpty();
        }

        private void load() throws Throwable {
            List<Object> local = new ArrayList<>();
            SharedLoads loads = shared;
            if (loads != null) {
                loads.side.settle();
            }
            SharedBatch batch = loads == null ? null : new SharedBatch(loads);
            for (Object key : mine.keySet()) {
                Entry arrived = holding.arrived(key);
                boolean here = arrived != null && arrived != prior.get(key);
                String text = loads == null || here ? null : loads.values.unshared.text(key);
                if (arrived != null && here) {
                    land(key, Loaded.of(arrived, Loaded.Origin.HELD));
                } else if (batch != null && text != null) {
                    batch.add(key, flights.wanted(key, text, flight(key), entries, background()));
                } else {
                    local.add(key);
                }
            }
            if (batch == null || batch.isDone()) {
                load(local, Map.of(), ConsistencyToken.NONE);
                return;
            }
            long start = System.nanoTime();
            for (long pause = 0; ; pause = Attempt.longer(pause, System.nanoTime() - start)) {
                long lookedAt = System.nanoTime();
                look(batch, local);
                long took = System.nanoTime() - lookedAt;
                local = List.of();
                if (batch.isDone()) {
                    return;
                }
                try {
                    batch.await(Math.max(pause, Math.min(took, LONGEST_PAUSE))); // a look at very many keys is work
                } catch (Exception late) {
                    cover(batch.keys(), Map.of(), late);
                    return;
                }
            }
        }

        /** Lands what is there and loads what is this caller's. */
        private void look(SharedBatch batch, Collection<Object> local) throws Throwable {
            SharedBatch.Look look = batch.look();
            Map<Object, Lead> leads = new LinkedHashMap<>();
            look.toLoad().forEach((key, lead) -> {
                if (lead != null) {
                    leads.put(key, lead);
                }
            });
            SharedLoads loads = shared;
            Set<Object> keys = new LinkedHashSet<>(local);
            keys.addAll(look.toLoad().keySet());
            try {
                look.found().forEach(this::land);
                load(keys, leads, look.position());
            } catch (Throwable failure) {
                if (loads != null) {
                    Leads.giveUp(loads, leads);
                }
                throw failure;
            }
        }

        private void load(Collection<Object> keys, Map<Object, Lead> leads, ConsistencyToken at) throws Throwable {
            if (keys.isEmpty()) {
                return;
            }
            ConsistencyToken position = flights.combine(flights.position(), at);
            for (Object key : keys) {
                position = flights.positionOf(key, position);
            }
            Map<Object, Loaded> loaded = new LinkedHashMap<>();
            long start = System.nanoTime();
            try {
                calls.several(position, load -> {
                    loaded.putAll(source.loadAll(keys, entries));
                    return load.ended(null);
                });
            } catch (Exception failure) {
                cover(keys, leads, failure);
                return;
            }
            long took = System.nanoTime() - start;
            loaded.replaceAll((key, each) -> each.took(took));
            SharedLoads loads = shared;
            Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
            (loads == null ? loaded : Leads.stored(loads, leads, loaded))
                    .forEach((key, each) -> outcomes.add(land(key, each)));
            counts.loadedTogether(outcomes, took);
        }

        /** Serves what is stale in place of what failed to load; throws the failure if that leaves a key without a value. */
        private void cover(Collection<Object> keys, Map<Object, Lead> leads, Exception failure) throws Exception {
            SharedLoads loads = shared;
            Map<Object, Loaded> there = loads == null ? Map.of() : Leads.covered(loads, leads);
            if (background()) {
                throw failure;
            }
            boolean all = true;
            for (Object key : keys) {
                Loaded other = there.get(key);
                Entry held = other == null ? holding.get(key) : null;
                if (other != null) {
                    counts.stale(key, CacheCounts.Stale.ERROR);
                    land(key, other);
                } else if (held != null && holding.covers(key, held)) {
                    land(key, Loaded.of(held, Loaded.Origin.HELD));
                } else {
                    all = false;
                }
            }
            if (!all) {
                throw failure;
            }
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }

        private Flight flight(Object key) {
            return Objects.requireNonNull(mine.get(key));
        }

        private Outcome land(Object key, Loaded loaded) {
            Outcome outcome = flights.publishAndLand(key, flight(key), loaded, entries);
            found.put(key, loaded.value());
            Entry entry = loaded.entry();
            if (loaded.origin() == Loaded.Origin.STALE && entry != null) {
                counts.stale(key, CacheCounts.Stale.REVALIDATING);
                stale.put(key, entry);
            }
            return outcome;
        }
    }
}
