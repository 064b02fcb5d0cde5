package dev.headroom.cache.internal;

import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.internal.BulkLoads.BulkSource;
import dev.headroom.cache.internal.CacheCounts.Outcome;
import dev.headroom.consistency.ConsistencyToken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one caller of {@link BulkLoads} loads, or the background in place of what is served stale. */
final class BulkLoad {
    private static final long LONGEST_PAUSE = 500_000_000;
    private static final Wanted.FromSource WITH_OTHERS = (position, prior) -> {
        throw new IllegalStateException("loaded together with others");
    };

    /** What was served stale. */
    final Map<Object, Entry> stale = new LinkedHashMap<>();

    private final BulkLoads of;
    private final Map<Object, Flight> mine;
    private final Map<Object, Entry> prior;
    private final BulkSource source;
    private final EntryOptions entries;
    private final Map<Object, @Nullable Object> answer;
    private final Map<Object, Throwable> resting = new LinkedHashMap<>();
    private ConsistencyToken position = ConsistencyToken.NONE;

    /**
     * Of the keys that these flights are for.
     *
     * @param prior what a refresh is to replace, empty if somebody waits for the values
     * @param answer where the values go
     */
    BulkLoad(
            BulkLoads of,
            Map<Object, Flight> mine,
            Map<Object, Entry> prior,
            BulkSource source,
            EntryOptions entries,
            Map<Object, @Nullable Object> answer) {
        this.of = of;
        this.mine = mine;
        this.prior = prior;
        this.source = source;
        this.entries = entries;
        this.answer = answer;
    }

    void run() throws Throwable {
        try {
            load();
        } catch (Throwable failure) {
            long now = of.around.now();
            long pause = of.options.retryAfterError().toNanos();
            prior.values().forEach(each -> each.failed(now, pause));
            mine.forEach((key, flight) -> of.table.crash(key, flight, failure));
            throw failure;
        }
    }

    private boolean background() {
        return !prior.isEmpty();
    }

    private void load() throws Throwable {
        if (mine.isEmpty()) {
            return;
        }
        SharedLoads loads = of.shared;
        if (loads != null) {
            loads.side.settle();
        }
        position = of.flights.position(); // the router's, which it may have to ask for: once
        long wait = of.calls.waitNanos();
        List<Object> local = new ArrayList<>();
        Map<Object, Wanted> rested = new LinkedHashMap<>();
        SharedBatch batch = loads == null ? null : new SharedBatch(loads, wait);
        long now = of.around.now();
        for (Map.Entry<Object, Flight> each : mine.entrySet()) {
            Object key = each.getKey();
            Entry held = of.holding.staying(key, now);
            if (held != null
                    && held != prior.get(key)
                    && of.holding.isGood(held, now)) { // it came between looking and claiming
                land(key, Loaded.of(held, Loaded.Origin.HELD));
                continue;
            }
            Throwable before = of.calls.failureOf(key);
            String text = loads == null ? null : loads.values.unshared.text(key);
            Wanted wanted = text == null
                    ? null
                    : new Wanted(
                            text, entries, held, position, background(), false, wait, each.getValue(), WITH_OTHERS);
            if (before != null) {
                resting.put(key, before);
                if (wanted != null) {
                    rested.put(key, wanted);
                }
            } else if (batch != null && wanted != null) {
                batch.add(key, wanted);
            } else {
                local.add(key);
            }
        }
        if (loads != null && !rested.isEmpty()) {
            SharedRest.of(loads, rested).forEach((key, there) -> {
                resting.remove(key);
                if (there.origin() == Loaded.Origin.FAILED) {
                    of.counts.stale(key, CacheCounts.Stale.ERROR);
                }
                land(key, there);
            });
        }
        Throwable rests = endOfRest();
        if (batch == null || batch.isDone()) {
            load(local, Map.of(), ConsistencyToken.NONE);
        } else {
            load(batch, local);
        }
        if (rests != null) { // not before, for what is loaded beside them is there for others
            throw rests;
        }
    }

    /** Of those whose source is left alone for now: nobody waits for the others with them. Why this load fails at its end, if it does. */
    private @Nullable Throwable endOfRest() {
        Throwable first = null;
        for (Map.Entry<Object, Throwable> each : resting.entrySet()) {
            Object key = each.getKey();
            Entry held = background() ? null : of.holding.staying(key, of.around.now());
            if (held != null && of.holding.covers(key, held)) {
                land(key, Loaded.of(held, Loaded.Origin.HELD));
            } else {
                of.table.crash(key, flight(key), each.getValue());
                first = first == null ? each.getValue() : first;
            }
        }
        return first;
    }

    private void load(SharedBatch batch, Collection<Object> local) throws Throwable {
        Collection<Object> besides = local;
        long start = System.nanoTime();
        long pause = 0;
        while (true) {
            long lookedAt = System.nanoTime();
            SharedBatch.Look look = batch.look();
            long took = System.nanoTime() - lookedAt;
            boolean loaded = use(look, besides);
            besides = List.of();
            if (batch.isDone()) {
                return;
            }
            if (loaded) { // that took its time, in which the others' may have come; waiting begins with the next look
                batch.waitFor(of.calls.waitNanos());
                start = System.nanoTime();
                pause = 0;
                continue;
            }
            try {
                batch.await(Math.max(pause, Math.min(took, LONGEST_PAUSE))); // a look at very many keys is work
            } catch (Exception late) {
                cover(batch.keys(), Map.of(), late);
                return;
            }
            pause = Attempt.longer(pause, System.nanoTime() - start);
        }
    }

    /** Lands what is there and loads what is this caller's. Says whether there was something to load. */
    private boolean use(SharedBatch.Look look, Collection<Object> besides) throws Throwable {
        if (besides.isEmpty() && look.toLoad().isEmpty()) {
            look.found().forEach(this::land);
            return false;
        }
        Map<Object, Lead> leads = new LinkedHashMap<>();
        look.toLoad().forEach((key, lead) -> {
            if (lead != null) {
                leads.put(key, lead);
            }
        });
        SharedLoads loads = of.shared;
        Set<Object> keys = new LinkedHashSet<>(besides);
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
        return true;
    }

    private void load(Collection<Object> keys, Map<Object, Lead> leads, ConsistencyToken at) throws Throwable {
        if (keys.isEmpty()) {
            return;
        }
        ConsistencyToken needed = of.flights.combine(position, at);
        Map<Object, Flight> loading = new LinkedHashMap<>();
        for (Object key : keys) {
            needed = of.flights.positionOf(key, needed);
            loading.put(key, flight(key));
        }
        Map<Object, Loaded> loaded = new LinkedHashMap<>();
        long start = System.nanoTime();
        try {
            of.calls.several(
                    needed,
                    load -> {
                        loaded.putAll(source.loadAll(keys, entries));
                        return load.ended(null);
                    },
                    loading);
        } catch (Exception failure) {
            cover(keys, leads, failure);
            return;
        }
        long took = System.nanoTime() - start;
        loaded.replaceAll((key, each) -> each.took(took));
        SharedLoads loads = of.shared;
        Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
        (loads == null ? loaded : Leads.stored(loads, leads, loaded))
                .forEach((key, each) -> outcomes.add(land(key, each)));
        of.counts.loadedTogether(outcomes, took);
    }

    /** Serves what is stale in place of what failed to load; throws the failure if that leaves a key without a value. */
    private void cover(Collection<Object> keys, Map<Object, Lead> leads, Exception failure) throws Exception {
        SharedLoads loads = of.shared;
        Map<Object, Loaded> there = loads == null ? Map.of() : Leads.covered(loads, leads);
        if (background()) {
            throw failure;
        }
        boolean all = true;
        for (Object key : keys) {
            Loaded other = there.get(key);
            Entry held = other == null ? of.holding.staying(key, of.around.now()) : null;
            if (other != null) {
                of.counts.stale(key, CacheCounts.Stale.ERROR);
                land(key, other);
            } else if (held != null && of.holding.covers(key, held)) {
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
        Outcome outcome = of.flights.publishAndLand(key, flight(key), loaded, entries);
        answer.put(key, loaded.value());
        Entry entry = loaded.entry();
        if (loaded.origin() == Loaded.Origin.STALE && entry != null) {
            of.counts.stale(key, CacheCounts.Stale.REVALIDATING);
            stale.put(key, entry);
        }
        return outcome;
    }
}
