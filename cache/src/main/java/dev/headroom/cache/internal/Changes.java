package dev.headroom.cache.internal;

import dev.headroom.cache.CacheMode;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.EntryOptions;
import dev.headroom.config.Checks;
import dev.headroom.consistency.ConsistencyToken;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What takes values out of a cache or puts others in their place, in this JVM or in another. */
final class Changes implements SharedSide.Local {
    private static final BiPredicate<Object, Entry> ALL = (key, entry) -> true;

    private final CacheOptions options;
    private final Surroundings around;
    private final CacheCounts counts;
    private final Fences fences;
    private final Failures failures;
    private final FlightTable flights;
    private final HeldValues values;
    private final ConcurrentMap<Object, Entry> held;
    private @Nullable SharedSide side;
    private @Nullable SharedLoads loads;

    Changes(
            CacheOptions options,
            Surroundings around,
            CacheCounts counts,
            Fences fences,
            Failures failures,
            FlightTable flights,
            HeldValues values) {
        this.options = options;
        this.around = around;
        this.counts = counts;
        this.fences = fences;
        this.failures = failures;
        this.flights = flights;
        this.values = values;
        this.held = values.map();
    }

    /** From now on other JVMs share them. */
    void share(SharedSide side, SharedLoads loads) {
        this.side = side;
        this.loads = loads;
    }

    /**
     * Its position is left for later loads, for the value may go before a standby has what it was made of. Storing where JVMs share it takes its time, and what drops the
     * key meanwhile, here or elsewhere, must find something to detach: only the node knows which was first. So it is with another put: of two at the same time none
     * is held.
     */
    void store(Object key, @Nullable Object value, EntryOptions entries, Set<String> tags) {
        Objects.requireNonNull(key, "key");
        ConsistencyToken position = fences.current();
        fences.raise(key, position);
        boolean keeps = (value != null || !entries.negative().isZero()) && around.mode() != CacheMode.OFF;
        Loaded given = new Load(entries)
                .options(entries)
                .tags(tags.toArray(String[]::new))
                .ended(value);
        SharedLoads shared = loads;
        String text = shared == null ? null : shared.values.unshared.text(key);
        flights.overtake(key);
        if (shared == null || text == null) {
            hold(key, keeps ? given : null, entries, FlightTable.begun());
            flights.overtake(key); // it may have begun before it could see what is held now
            return;
        }
        Flight mine = flights.beginAlone(key);
        try {
            if (keeps) {
                shared.put(text, given, position);
            } else {
                shared.side.drop(text, position);
            }
            flights.overtakeOthers(key, mine); // loads that began meanwhile
            hold(key, keeps ? given : null, entries, mine);
        } finally {
            flights.endAlone(Set.of(mine));
        }
    }

    /** As with a load, what is held, if anything, is judged inside the bin of its key. */
    private void hold(Object key, @Nullable Loaded given, EntryOptions entries, Flight mine) {
        failures.forget(key);
        boolean[] stored = {false};
        SharedSide known = side;
        values.put(key, (k, before) -> {
            flights.overtakeOthers(key, mine); // in here, or it would publish after this
            if (given == null || mine.detached()) {
                return null;
            }
            long recheck = known == null ? Long.MAX_VALUE : options.localFresh().toNanos();
            Entry entry = new Entry(given, given.options(entries, options), around.now(), recheck);
            stored[0] = values.weigh(key, entry);
            if (known != null && mine.distrusted()) { // asked after the clock
                entry.distrust(known.distrusted());
            }
            return stored[0] ? entry : null;
        });
        if (stored[0]) {
            counts.stored();
        }
    }

    /**
     * First the position is left for the next load, then the value goes that JVMs share, then the load that runs is detached, then what is held goes: a load that began before
     * that is not held, and one that begins after finds the old value nowhere, though it may still be there. Whatever fails of the former, the latter is done, or
     * this JVM went on serving it.
     */
    void invalidate(Object key) {
        Objects.requireNonNull(key, "key");
        try {
            atPosition(position -> {
                fences.raise(key, position);
                String text = side == null ? null : KeyText.of(key);
                if (side != null && text != null) {
                    side.drop(text, position);
                }
            });
        } finally {
            takeOut(key, () -> flights.overtake(key));
        }
        counts.invalidated(key);
    }

    void invalidateAll() {
        try {
            atPosition(position -> {
                fences.raiseAll(position);
                if (side != null) {
                    side.dropAll(position);
                }
            });
        } finally {
            takeOut(ALL, flights::overtakeAll);
        }
        counts.invalidated("*");
    }

    /** Of the loads that run nobody knows yet what tags they will have: none is stored. */
    void invalidateTag(String tag) {
        Checks.notBlank("tag", tag);
        try {
            atPosition(position -> {
                fences.raiseAll(position);
                if (side != null) {
                    side.dropTag(tag, position);
                }
            });
        } finally {
            takeOut(tagged(tag), flights::overtakeAll);
        }
        counts.invalidated("#" + tag);
    }

    /** Drops where JVMs share. A router that can't tell the position is no reason to leave there what is outdated. */
    private void atPosition(Consumer<ConsistencyToken> drop) {
        ConsistencyToken position = ConsistencyToken.NONE;
        try {
            position = fences.current();
        } finally {
            drop.accept(position);
        }
    }

    private static BiPredicate<Object, Entry> tagged(String tag) {
        return (key, entry) -> entry.tags.contains(tag);
    }

    /** Of a key, when its load has been detached. */
    private void takeOut(Object key, Runnable detach) {
        values.takeOut((other, entry) -> key.equals(other), () -> {
            detach.run();
            failures.forget(key);
            if (held.remove(key) != null) {
                counts.removed();
            }
        });
    }

    /** Of whatever keys, when the loads have been detached. */
    private void takeOut(BiPredicate<Object, Entry> which, Runnable detach) {
        values.takeOut(which, () -> {
            detach.run();
            failures.forgetAll();
            values.settle();
            held.forEach((key, entry) -> {
                if (which.test(key, entry) && held.remove(key, entry)) {
                    counts.removed();
                }
            });
        });
    }

    /** Drops what is held though nothing has changed at its source: not counted as removed. */
    void forget() {
        flights.detachAll();
        failures.forgetAll();
        values.settle();
        held.clear();
    }

    @Override
    public void drop(Object key) {
        takeOut(key, () -> flights.detach(key));
    }

    @Override
    public void dropTexts(Predicate<String> which) {
        Predicate<Object> keys = key -> {
            String text = KeyText.of(key);
            return text != null && which.test(text);
        };
        takeOut((key, entry) -> keys.test(key), () -> flights.detach(keys));
    }

    @Override
    public void dropTag(String tag) {
        takeOut(tagged(tag), flights::detachAll);
    }

    @Override
    public void distrustLoads() {
        flights.distrustAll();
    }

    @Override
    public void dropAll() {
        takeOut(ALL, flights::detachAll);
    }
}
