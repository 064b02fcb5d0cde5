package dev.headroom.cache.internal;

import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.internal.CacheCounts.Outcome;
import dev.headroom.cache.internal.CacheCounts.Stale;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** What this JVM holds of a cache, for those who load: what comes in, and what of it may still be used. */
final class Holding {
    private final CacheOptions options;
    private final Surroundings around;
    private final CacheCounts counts;
    private final Failures failures;
    private final HeldValues values;
    private final ConcurrentMap<Object, Entry> held;
    private volatile @Nullable SharedSide side;

    Holding(CacheOptions options, Surroundings around, CacheCounts counts, Failures failures, HeldValues values) {
        this.options = options;
        this.around = around;
        this.counts = counts;
        this.failures = failures;
        this.values = values;
        this.held = values.map();
    }

    /** From now on what is held is compared now and then with what other JVMs share. */
    void share(SharedSide side) {
        this.side = side;
    }

    /** The value if any window allows it; where there is none, some that no window allows go. */
    @Nullable Entry get(Object key) {
        return get(key, around.now());
    }

    /** The same for who has looked at the clock just now: a value that came since then is younger still. */
    @Nullable Entry get(Object key, long now) {
        return useful(held.get(key), now);
    }

    /** The same for a load that can be found: nothing that is being dropped. */
    @Nullable Entry staying(Object key, long now) {
        return useful(values.staying(key), now);
    }

    private @Nullable Entry useful(@Nullable Entry entry, long now) {
        if (entry != null && !entry.useless(now)) {
            return entry;
        }
        values.sweep(now);
        return null;
    }

    /** The value, whatever it is still good for. */
    @Nullable Entry any(Object key) {
        return held.get(key);
    }

    /** Whether the value has to be compared with what other JVMs share before it is served. */
    boolean unchecked(Entry entry, long now) {
        SharedSide known = side;
        return known != null && entry.unchecked(now, known.distrusted());
    }

    /** Whether others may have dropped the value without its having been heard. */
    boolean distrusts(@Nullable Entry entry) {
        SharedSide known = side;
        return known != null && entry != null && entry.distrusted(known.distrusted());
    }

    /** What came between looking and claiming. */
    @Nullable Entry arrived(Object key) {
        Entry arrived = values.staying(key);
        return arrived != null && isGood(arrived, around.now()) ? arrived : null;
    }

    /** Whether it may be served as it is. */
    boolean isGood(Entry entry, long now) {
        return entry.fresh(now) && !unchecked(entry, now);
    }

    /** Inside the bin of its key, so that whoever detaches the flight and then drops what is held misses nothing. */
    Outcome publish(Object key, Flight mine, Loaded loaded, EntryOptions entries) {
        Entry there = loaded.entry();
        if (there != null && loaded.origin() == Loaded.Origin.HELD) {
            trusted(mine, there); // whoever has taken it out meanwhile was right
            return mine.detached() ? Outcome.DISCARDED : Outcome.STORED;
        }
        Outcome[] outcome = {Outcome.DISCARDED};
        values.put(key, (k, before) -> {
            long now =
                    around.now(); // before the looks at the flight, or it would be newer than the reason not to trust
            // it
            if (mine.detached()) {
                return before;
            }
            Entry entry = loaded.keeps(entries) ? entry(loaded, entries, now) : null;
            boolean keeps = entry != null && values.weigh(key, entry);
            outcome[0] = keeps ? Outcome.STORED : Outcome.UNSTORED;
            return entry != null && keeps ? trusted(mine, entry) : null;
        });
        if (outcome[0] == Outcome.STORED) {
            counts.stored();
        }
        if (outcome[0] != Outcome.DISCARDED && isNew(loaded)) {
            failures.forget(key);
        }
        return outcome[0];
    }

    /** Whether its source has answered, here or elsewhere. */
    private boolean isNew(Loaded loaded) {
        Entry known = loaded.entry();
        return known == null || (loaded.origin() == Loaded.Origin.SHARED && known.fresh(around.now()));
    }

    private Entry trusted(Flight mine, Entry entry) {
        SharedSide known = side;
        if (known != null && mine.distrusted()) {
            entry.distrust(known.distrusted());
        }
        return entry;
    }

    /** To be held. */
    private Entry entry(Loaded loaded, EntryOptions entries, long now) {
        Entry known = loaded.entry();
        if (known != null) {
            return known;
        }
        long recheck = side == null ? Long.MAX_VALUE : options.localFresh().toNanos();
        return new Entry(loaded, loaded.options(entries, options), now, recheck);
    }

    /** Whether a stale value is served for a load that failed; then nobody tries again for a while. */
    boolean covers(Object key, Entry stale) {
        long now = around.now();
        if (stale.negative() || !stale.mayCoverErrors(now)) {
            return false;
        }
        stale.failed(now, options.retryAfterError().toNanos());
        counts.stale(key, Stale.ERROR);
        return true;
    }
}
