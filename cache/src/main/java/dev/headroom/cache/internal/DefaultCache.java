package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.headroom.cache.BulkLoader;
import dev.headroom.cache.Cache;
import dev.headroom.cache.CacheMode;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.CacheStats;
import dev.headroom.cache.ContextLoader;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.LoadContext;
import dev.headroom.cache.Loader;
import dev.headroom.cache.Lookup;
import dev.headroom.cache.internal.CacheCounts.Stale;
import dev.headroom.config.Checks;
import dev.headroom.consistency.ConsistencyToken;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One cache: what is held, and which of the ways to an answer is taken. Loading is {@link Flights}'.
 *
 * <p>Values are held in Caffeine, by size; freshness is judged here, by one reading of the clock per call. Caffeine's own expiry only frees
 * what no window allows any more.
 */
final class DefaultCache<K, V extends @Nullable Object> implements Cache<K, V> {
    private final String name;
    private final CacheOptions options;
    private final Surroundings around;
    private final CacheCounts counts;
    private final com.github.benmanes.caffeine.cache.Cache<Object, Entry> held;
    private final Fences fences;
    private final Flights flights;
    private @Nullable SharedSide side;
    private @Nullable SharedLoads loads;
    private volatile Type type = Object.class;

    DefaultCache(String name, CacheOptions options, Surroundings around) {
        this.name = name;
        this.options = options;
        this.around = around;
        this.counts = new CacheCounts(name);
        this.held = Caffeine.newBuilder()
                .maximumSize(options.maximumSize())
                .expireAfter(new Usefulness())
                .ticker(around.clock::getAsLong)
                .executor(Runnable::run)
                .evictionListener((@Nullable Object key, @Nullable Entry entry, RemovalCause cause) -> evicted(cause))
                .build();
        this.fences = new Fences(around.clock);
        this.flights = new Flights(name, options, around, counts, fences, held.asMap());
    }

    @Override
    public String name() {
        return name;
    }

    /** Before it is used: this cache's part of what JVMs share. */
    void share(Homes homes) {
        SharedSide mine = new SharedSide(name, options, homes, fences, new Others(), around);
        Unshared unshared = new Unshared(name, options.localFresh(), counts);
        SharedLoads shared =
                new SharedLoads(options, mine, around, counts, new SharedValues(name, options, () -> type, unshared));
        side = mine;
        loads = shared;
        flights.share(mine, shared);
    }

    /** What bytes of values are read as. */
    void type(Type values) {
        type = values;
    }

    /** The type if none is known yet, as for caches that only annotations name. */
    void typeIfUnknown(Type values) {
        if (type == Object.class) {
            type = values;
        }
    }

    CacheOptions options() {
        return options;
    }

    void connect() {
        fences.consistency(around.contracts.consistency());
        counts.connect(around.contracts.meters());
    }

    @Override
    public V get(K key, Loader<? super K, ? extends V> loader) {
        return get(key, loader, options.entries());
    }

    @Override
    public V get(K key, Loader<? super K, ? extends V> loader, EntryOptions entries) {
        Objects.requireNonNull(loader, "loader");
        try {
            return cast(fetch(key, load -> load.ended(loader.load(key)), entries));
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
    }

    @Override
    public V get(K key, ContextLoader<? super K, V> loader) {
        return get(key, loader, options.entries());
    }

    @Override
    public V get(K key, ContextLoader<? super K, V> loader, EntryOptions entries) {
        Objects.requireNonNull(loader, "loader");
        try {
            return cast(fetch(key, load -> load.ended(loader.load(key, context(load))), entries));
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
    }

    @SuppressWarnings("unchecked") // its values are those of this cache
    private LoadContext<V> context(Load load) {
        return (LoadContext<V>) load;
    }

    /** The key's value; throws what the source threw. */
    @Nullable Object fetch(Object key, Source source, EntryOptions entries) throws Throwable {
        Objects.requireNonNull(key, "key");
        CacheMode mode = around.mode();
        if (mode == CacheMode.OFF) {
            counts.missed(key);
            return flights.pass(key, source);
        }
        Entry entry = held.getIfPresent(key);
        long now = around.now();
        boolean checked = entry == null || !unchecked(entry, now);
        if (entry != null && checked && entry.fresh(now)) {
            counts.hit(key);
            refreshEarly(key, source, entries, entry, now, mode);
            return entry.value;
        }
        if (mode == CacheMode.NAIVE) {
            counts.missed(key);
            return flights.loadAlone(key, source, entries);
        }
        if (entry != null && checked && !entry.negative() && servedStale(key, source, entries, entry, now)) {
            return entry.value;
        }
        return flights.load(key, source, entries, entry);
    }

    @Override
    public Map<K, V> getAll(Collection<? extends K> keys, BulkLoader<K, V> loader) {
        return getAll(keys, loader, options.entries());
    }

    @Override
    @SuppressWarnings("unchecked") // the keys are the caller's own
    public Map<K, V> getAll(Collection<? extends K> keys, BulkLoader<K, V> loader, EntryOptions entries) {
        Objects.requireNonNull(loader, "loader");
        try {
            Map<K, V> found = new LinkedHashMap<>();
            fetchAll(keys, wanted -> loader.load((Set<K>) wanted), entries).forEach((key, value) -> {
                if (value != null) {
                    found.put((K) key, cast(value));
                }
            });
            return found;
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
    }

    /** The keys' values, null for those that have none, in the keys' order; throws what the source threw. */
    Map<Object, @Nullable Object> fetchAll(Collection<?> keys, BulkLoads.BulkSource source, EntryOptions entries)
            throws Throwable {
        Map<Object, @Nullable Object> found = new LinkedHashMap<>();
        Set<Object> missing = new LinkedHashSet<>();
        for (Object key : keys) {
            Objects.requireNonNull(key, "key");
            Entry entry = around.mode() == CacheMode.ON ? served(key, source, entries) : null;
            found.put(key, entry == null ? null : entry.value);
            if (entry == null) {
                missing.add(key);
            }
        }
        if (around.mode() == CacheMode.ON && !missing.isEmpty()) {
            found.putAll(new BulkLoads(flights, counts, loads).load(missing, source, entries));
        } else if (!missing.isEmpty()) {
            passAll(missing, source, found);
        }
        return found;
    }

    private @Nullable Entry served(Object key, BulkLoads.BulkSource source, EntryOptions entries) {
        Entry entry = held.getIfPresent(key);
        long now = around.now();
        if (entry == null || unchecked(entry, now)) {
            return null;
        }
        Source single = load -> load.ended(source.load(Set.of(key)).get(key));
        if (entry.fresh(now)) {
            counts.hit(key);
            refreshEarly(key, single, entries, entry, now, CacheMode.ON);
            return entry;
        }
        return !entry.negative() && servedStale(key, single, entries, entry, now) ? entry : null;
    }

    private void passAll(Set<Object> missing, BulkLoads.BulkSource source, Map<Object, @Nullable Object> found)
            throws Throwable {
        missing.forEach(counts::missed);
        ConsistencyToken position = flights.position();
        for (Object key : missing) {
            position = flights.positionOf(key, position);
        }
        flights.bulk(position, load -> {
            found.putAll(source.load(Set.copyOf(missing)));
            return load.ended(null);
        });
    }

    private boolean unchecked(Entry entry, long now) {
        SharedSide known = side;
        return known != null && entry.unchecked(now, known.distrusted());
    }

    private void refreshEarly(Object key, Source source, EntryOptions entries, Entry entry, long now, CacheMode mode) {
        boolean aged = options.earlyRefresh() < 1 && entry.aged(now, options.earlyRefresh());
        boolean due = aged || (options.refreshBeta() > 0 && entry.due(now, options.refreshBeta()));
        if (due && !entry.negative() && mode == CacheMode.ON && !entry.resting(now) && !around.busy()) {
            flights.refreshInBackground(key, source, entries, entry);
        }
    }

    private boolean servedStale(Object key, Source source, EntryOptions entries, Entry entry, long now) {
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
            flights.refreshInBackground(key, source, entries, entry);
        }
        return true;
    }

    @Override
    public Optional<Lookup<V>> peek(K key) {
        Entry entry = held.getIfPresent(Objects.requireNonNull(key, "key"));
        long now = around.now();
        if (entry == null || now - entry.storedAt >= entry.longestNanos()) {
            return Optional.empty();
        }
        Lookup.State fresh = entry.negative() ? Lookup.State.NEGATIVE : Lookup.State.FRESH;
        Lookup.State state = entry.fresh(now) ? fresh : Lookup.State.STALE;
        return Optional.of(new Lookup<>(cast(entry.value), state, Duration.ofNanos(now - entry.storedAt)));
    }

    @Override
    public void put(K key, V value) {
        put(key, value, options.entries());
    }

    @Override
    public void put(K key, V value, EntryOptions entries) {
        store(key, value, entries);
    }

    void store(Object key, @Nullable Object value, EntryOptions entries) {
        Objects.requireNonNull(key, "key");
        boolean keeps = (value != null || !entries.negative().isZero()) && around.mode() != CacheMode.OFF;
        Loaded given = new Load(entries, null).options(entries).ended(value);
        storeShared(key, given, keeps);
        flights.overtake(key);
        if (!keeps) {
            held.invalidate(key);
            return;
        }
        long recheck = side == null ? Long.MAX_VALUE : options.localFresh().toNanos();
        held.put(key, new Entry(given, entries, around.now(), recheck));
        counts.stored();
    }

    private void storeShared(Object key, Loaded given, boolean keeps) {
        String text = loads == null ? null : loads.values.unshared.text(key);
        if (side != null && loads != null && text != null) {
            if (keeps) {
                loads.put(text, given);
            } else {
                side.drop(text);
            }
        }
    }

    @Override
    public V refresh(K key, Loader<? super K, ? extends V> loader) {
        Objects.requireNonNull(key, "key");
        Source source = load -> load.ended(loader.load(key));
        try {
            Object value = around.mode() == CacheMode.OFF
                    ? flights.pass(key, source)
                    : flights.reload(key, source, options.entries());
            return cast(value);
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
    }

    @Override
    public void invalidate(K key) {
        drop(key);
    }

    /**
     * First the position is left for the next load, then the value goes that JVMs share, then the load that runs is detached, then what is held goes:
     * a load that began before the last is not held, and one that begins after finds the old value nowhere.
     */
    void drop(Object key) {
        Objects.requireNonNull(key, "key");
        fences.raise(key);
        String text = side == null ? null : KeyText.of(key);
        if (side != null && text != null) {
            side.drop(text);
        }
        flights.overtake(key);
        held.invalidate(key);
        counts.invalidated(key);
    }

    @Override
    public void clear() {
        fences.raiseAll();
        if (side != null) {
            side.dropAll();
        }
        flights.overtakeAll();
        held.invalidateAll();
        counts.invalidated("*");
    }

    /** Of the loads that run nobody knows yet what tags they will have: none is stored. */
    @Override
    public void invalidateTag(String tag) {
        Checks.notBlank("tag", tag);
        fences.raiseAll();
        if (side != null) {
            side.dropTag(tag);
        }
        flights.overtakeAll();
        removeTagged(tag);
        counts.invalidated("#" + tag);
    }

    private void removeTagged(String tag) {
        held.asMap().values().removeIf(entry -> entry.tags.contains(tag));
    }

    /** Drops what is held because it is no longer to be used; nothing has changed at its source. */
    void forget() {
        flights.detachAll();
        held.invalidateAll();
    }

    @Override
    public CacheStats stats() {
        return counts.stats(held.estimatedSize());
    }

    @Override
    public String toString() {
        return "Cache[" + name + ", " + stats() + "]";
    }

    private void evicted(RemovalCause cause) {
        if (cause == RemovalCause.SIZE) {
            counts.evicted();
        }
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // V is what the loaders of this cache return, null included
    private V cast(@Nullable Object value) {
        return (V) value;
    }

    /** What other JVMs drop. */
    private final class Others implements SharedSide.Local {
        @Override
        public void drop(Object key) {
            flights.detach(key);
            held.invalidate(key);
        }

        @Override
        public void dropText(String text) {
            flights.detachText(text);
            held.asMap().keySet().removeIf(key -> text.equals(KeyText.of(key)));
        }

        @Override
        public void dropTag(String tag) {
            flights.detachAll();
            removeTagged(tag);
        }

        @Override
        public void dropAll() {
            flights.detachAll();
            held.invalidateAll();
        }
    }

    /** For Caffeine: an entry goes when no window allows it. */
    private static final class Usefulness implements Expiry<Object, Entry> {
        @Override
        public long expireAfterCreate(Object key, Entry entry, long now) {
            return Math.max(TimeUnit.MILLISECONDS.toNanos(1), entry.longestNanos());
        }

        @Override
        public long expireAfterUpdate(Object key, Entry entry, long now, long left) {
            return expireAfterCreate(key, entry, now);
        }

        @Override
        public long expireAfterRead(Object key, Entry entry, long now, long left) {
            return left;
        }
    }
}
