package dev.headroom.cache.internal;

import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.internal.CacheCounts.Outcome;
import dev.headroom.consistency.ConsistencyToken;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Loads that nobody waits for but who began them, as many as ask; invalidations detach them like any others. */
final class NaiveLoads {
    private final CacheCounts counts;
    private final Fences fences;
    private final SourceCalls calls;
    private final Holding holding;
    private final FlightTable table;

    NaiveLoads(CacheCounts counts, Fences fences, SourceCalls calls, Holding holding, FlightTable table) {
        this.counts = counts;
        this.fences = fences;
        this.calls = calls;
        this.holding = holding;
        this.table = table;
    }

    /** Loads and stores, whoever else loads; an invalidation still detaches it. */
    @Nullable Object one(Object key, Source source, EntryOptions entries) throws Throwable {
        Throwable before = calls.failureOf(key);
        if (before != null) {
            throw before;
        }
        long start = System.nanoTime();
        Flight mine = table.beginAlone(key);
        try {
            Loaded loaded = calls.one(key, source, entries, fences.current(), Prior.NONE, mine, start);
            Outcome outcome = holding.publish(key, mine, loaded, entries);
            counts.loaded(key, outcome, System.nanoTime() - start, null);
            return loaded.value();
        } finally {
            table.endAlone(Set.of(mine));
        }
    }

    /** The same for several keys, by one call; of those whose source is left alone for now when the others are loaded. */
    Map<Object, @Nullable Object> several(Set<Object> keys, BulkLoads.BulkSource source, EntryOptions entries)
            throws Throwable {
        Set<Object> wanted = new LinkedHashSet<>();
        Throwable rests = null;
        for (Object key : keys) {
            Throwable before = calls.failureOf(key);
            if (before == null) {
                wanted.add(key);
            } else if (rests == null) {
                rests = before;
            }
        }
        Map<Object, @Nullable Object> found = wanted.isEmpty() ? Map.of() : loaded(wanted, source, entries);
        if (rests != null) {
            throw rests;
        }
        return found;
    }

    private Map<Object, @Nullable Object> loaded(Set<Object> keys, BulkLoads.BulkSource source, EntryOptions entries)
            throws Throwable {
        Map<Object, Flight> mine = new LinkedHashMap<>();
        keys.forEach(key -> mine.put(key, table.beginAlone(key)));
        try {
            ConsistencyToken position = fences.current();
            for (Object key : keys) {
                position = fences.of(key, position);
            }
            Map<Object, Loaded> loaded = new HashMap<>();
            long start = System.nanoTime();
            calls.several(
                    position,
                    load -> {
                        loaded.putAll(source.loadAll(keys, entries));
                        return load.ended(null);
                    },
                    mine);
            Map<Object, @Nullable Object> found = new HashMap<>();
            Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
            long took = System.nanoTime() - start;
            loaded.forEach((key, each) -> {
                found.put(key, each.value());
                outcomes.add(holding.publish(key, Objects.requireNonNull(mine.get(key)), each, entries));
            });
            counts.loadedTogether(outcomes, took);
            return found;
        } finally {
            table.endAlone(mine.values());
        }
    }
}
