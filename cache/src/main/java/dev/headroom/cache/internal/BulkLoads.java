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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Loads several keys by one call of the source: those that nobody has and nobody else loads. Each key has its own flight and its own lease, so it is loaded
 * once, whether alone or together with others.
 *
 * <p>A caller first loads what is its own and only then waits for others: two callers with keys in common don't wait for one another.
 */
final class BulkLoads {
    private final Flights flights;
    private final CacheCounts counts;
    private final @Nullable SharedLoads shared;

    /** Gets the values of the keys. */
    interface BulkSource {
        Map<?, ?> load(Set<Object> keys) throws Throwable;
    }

    BulkLoads(Flights flights, CacheCounts counts, @Nullable SharedLoads shared) {
        this.flights = flights;
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
            new Batch(mine, source, entries, found).run();
        } catch (Throwable failure) {
            mine.forEach((key, flight) -> flights.crash(key, flight, failure));
            throw failure;
        }
        for (Map.Entry<Object, Flight> other : others.entrySet()) {
            found.put(other.getKey(), flights.join(other.getValue()).value());
        }
        return found;
    }

    /** What one caller loads. */
    private final class Batch {
        private final Map<Object, Flight> mine;
        private final BulkSource source;
        private final EntryOptions entries;
        private final Map<Object, @Nullable Object> found;
        private final Map<Object, SharedLoads.Lead> leads = new HashMap<>();
        private final Set<Object> toLoad = new LinkedHashSet<>();
        private final List<Object> busy = new ArrayList<>();

        Batch(Map<Object, Flight> mine, BulkSource source, EntryOptions entries, Map<Object, @Nullable Object> found) {
            this.mine = mine;
            this.source = source;
            this.entries = entries;
            this.found = found;
        }

        void run() throws Throwable {
            ConsistencyToken position = flights.position();
            try {
                for (Object key : mine.keySet()) {
                    position = sort(key, position);
                }
                if (!toLoad.isEmpty()) {
                    loadNow(position);
                }
            } catch (Throwable failure) {
                for (SharedLoads.Lead lead : leads.values()) {
                    lead.giveUp();
                }
                throw failure;
            }
            for (Object key : busy) {
                found.put(
                        key,
                        flights.leadAlone(key, flight(key), single(key), entries)
                                .value());
            }
        }

        /** From the shared tier, to be loaded, or loaded by somebody else. */
        private ConsistencyToken sort(Object key, ConsistencyToken position) throws Throwable {
            Entry arrived = flights.arrived(key);
            if (arrived != null) {
                land(key, Loaded.of(arrived, Loaded.Origin.HELD));
                return position;
            }
            String text = shared == null ? null : KeyText.of(key);
            if (shared == null || text == null) {
                toLoad.add(key);
                return flights.positionOf(key, position);
            }
            SharedLoads.Tried tried = shared.tryOnce(flights.wanted(text, flight(key), entries));
            Loaded loaded = tried.loaded();
            SharedLoads.Lead lead = tried.lead();
            if (loaded != null) {
                land(key, loaded);
                return position;
            }
            if (tried.busy()) {
                busy.add(key);
                return position;
            }
            toLoad.add(key);
            if (lead != null) {
                leads.put(key, lead);
                return flights.combine(flights.positionOf(key, position), lead.position());
            }
            return flights.positionOf(key, position);
        }

        private void loadNow(ConsistencyToken position) throws Throwable {
            Map<Object, Object> values = new HashMap<>();
            long start = System.nanoTime();
            flights.bulk(position, load -> {
                values.putAll(source.load(Set.copyOf(toLoad)));
                return load.ended(null);
            });
            long took = System.nanoTime() - start;
            for (Object key : toLoad) {
                Loaded loaded = new Loaded(values.get(key), true).took(took);
                SharedLoads.Lead lead = leads.remove(key);
                land(key, lead == null ? loaded : lead.stored(loaded));
            }
        }

        private Source single(Object key) {
            return load -> load.ended(source.load(Set.of(key)).get(key));
        }

        private Flight flight(Object key) {
            return java.util.Objects.requireNonNull(mine.get(key));
        }

        private void land(Object key, Loaded loaded) {
            flights.publishAndLand(key, flight(key), loaded, entries);
            found.put(key, loaded.value());
        }
    }
}
