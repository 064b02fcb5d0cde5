package dev.headroom.cache.internal;

import dev.headroom.cache.EntryOptions;
import dev.headroom.consistency.ConsistencyToken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads several keys by one call of the source: those that nobody has and nobody else loads. Each key has its own flight and its own lease, so it is loaded
 * once, whether alone or together with others. The leases are asked for together, one round for each node.
 *
 * <p>A caller first loads what is its own and only then waits for others: two callers with keys in common don't wait for one another. What becomes its
 * own while it waits it loads together as well.
 */
final class BulkLoads {
    private final Flights flights;
    private final SourceCalls calls;
    private final Holding holding;
    private final CacheCounts counts;
    private final @Nullable SharedLoads shared;

    /** Gets the values of the keys. */
    interface BulkSource {
        Map<?, ?> load(Set<Object> keys) throws Throwable;
    }

    BulkLoads(Flights flights, SourceCalls calls, Holding holding, CacheCounts counts, @Nullable SharedLoads shared) {
        this.flights = flights;
        this.calls = calls;
        this.holding = holding;
        this.counts = counts;
        this.shared = shared;
    }

    /** The values of keys that are not held. */
    Map<Object, @Nullable Object> load(Collection<Object> keys, BulkSource source, EntryOptions entries)
            throws Throwable {
        Map<Object, Flight> mine = new LinkedHashMap<>();
        Map<Object, Flight> others = new LinkedHashMap<>();
        for (Object key : keys) {
            counts.missed(key);
            Flights.Claim claim = flights.claim(key);
            (claim.mine() ? mine : others).put(key, claim.flight());
        }
        Map<Object, @Nullable Object> found = new HashMap<>();
        try {
            new Together(mine, source, entries, found).run();
        } catch (Throwable failure) {
            mine.forEach((key, flight) -> flights.crash(key, flight, failure));
            throw failure;
        }
        for (Map.Entry<Object, Flight> other : others.entrySet()) {
            found.put(other.getKey(), joined(other.getKey(), other.getValue()));
        }
        return found;
    }

    private @Nullable Object joined(Object key, Flight other) throws Throwable {
        try {
            return flights.join(other).value();
        } catch (Exception failure) {
            Entry held = holding.get(key);
            if (held != null && holding.covers(key, held)) {
                return held.value;
            }
            throw failure;
        }
    }

    /** What one caller loads. */
    private final class Together {
        private final Map<Object, Flight> mine;
        private final BulkSource source;
        private final EntryOptions entries;
        private final Map<Object, @Nullable Object> found;

        Together(
                Map<Object, Flight> mine,
                BulkSource source,
                EntryOptions entries,
                Map<Object, @Nullable Object> found) {
            this.mine = mine;
            this.source = source;
            this.entries = entries;
            this.found = found;
        }

        void run() throws Throwable {
            List<Object> local = new ArrayList<>();
            SharedLoads loads = shared;
            SharedBatch batch = loads == null ? null : new SharedBatch(loads);
            for (Object key : mine.keySet()) {
                Entry arrived = holding.arrived(key);
                String text = loads == null || arrived != null ? null : loads.values.unshared.text(key);
                if (arrived != null) {
                    land(key, Loaded.of(arrived, Loaded.Origin.HELD));
                } else if (batch != null && text != null) {
                    batch.add(key, flights.wanted(key, text, flight(key), entries));
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
                look(batch, local);
                local = List.of();
                if (batch.isDone()) {
                    return;
                }
                try {
                    batch.await(pause);
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
            Set<Object> keys = new LinkedHashSet<>(local);
            keys.addAll(look.toLoad().keySet());
            try {
                look.found().forEach(this::land);
                load(keys, leads, look.position());
            } catch (Throwable failure) {
                leads.values().forEach(Lead::giveUp);
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
            Map<Object, Object> values = new HashMap<>();
            long start = System.nanoTime();
            try {
                calls.several(position, load -> {
                    values.putAll(source.load(Set.copyOf(keys)));
                    return load.ended(null);
                });
            } catch (Exception failure) {
                cover(keys, leads, failure);
                return;
            }
            long took = System.nanoTime() - start;
            Map<Object, Loaded> loaded = new LinkedHashMap<>();
            keys.forEach(key -> loaded.put(key, new Loaded(values.get(key), true).took(took)));
            SharedLoads loads = shared;
            (loads == null ? loaded : SharedBatch.stored(loads.side, leads, loaded)).forEach(this::land);
        }

        /** Serves what is stale in place of what failed to load; throws the failure if that leaves a key without a value. */
        private void cover(Collection<Object> keys, Map<Object, Lead> leads, Exception failure) throws Exception {
            boolean all = true;
            for (Object key : keys) {
                Lead lead = leads.get(key);
                Loaded there = lead == null ? null : lead.covered();
                Entry held = there == null ? holding.get(key) : null;
                if (there != null) {
                    counts.stale(key, CacheCounts.Stale.ERROR);
                    land(key, there);
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

        private void land(Object key, Loaded loaded) {
            flights.publishAndLand(key, flight(key), loaded, entries);
            found.put(key, loaded.value());
        }
    }
}
