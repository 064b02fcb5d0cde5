package dev.headroom.cache.internal;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.headroom.cache.Cache;
import dev.headroom.cache.CacheMode;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.CacheStats;
import dev.headroom.cache.EntryOptions;
import dev.headroom.cache.Loader;
import dev.headroom.cache.Lookup;
import dev.headroom.cache.internal.CacheCounts.Stale;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
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
            return cast(fetch(key, () -> new Loaded(loader.load(key), true), entries));
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
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
        if (entry != null && entry.fresh(now)) {
            counts.hit(key);
            refreshEarly(key, source, entries, entry, now, mode);
            return entry.value;
        }
        if (mode == CacheMode.NAIVE) {
            counts.missed(key);
            return flights.loadAlone(key, source, entries);
        }
        if (entry != null && !entry.negative() && servedStale(key, source, entries, entry, now)) {
            return entry.value;
        }
        return flights.load(key, source, entries, entry);
    }

    private void refreshEarly(Object key, Source source, EntryOptions entries, Entry entry, long now, CacheMode mode) {
        boolean due = options.earlyRefresh() < 1 && !entry.negative() && entry.aged(now, options.earlyRefresh());
        if (due && mode == CacheMode.ON && !entry.resting(now) && !around.busy()) {
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
        flights.detach(key);
        boolean keeps = value != null || !entries.negative().isZero();
        if (!keeps || around.mode() == CacheMode.OFF) {
            held.invalidate(key);
            return;
        }
        held.put(key, new Entry(value, entries, around.now()));
        counts.stored();
    }

    @Override
    public V refresh(K key, Loader<? super K, ? extends V> loader) {
        Objects.requireNonNull(key, "key");
        Source source = () -> new Loaded(loader.load(key), true);
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

    /** First the position is left for the next load, then the one that runs is detached, then the value goes. */
    void drop(Object key) {
        Objects.requireNonNull(key, "key");
        fences.raise(key);
        flights.detach(key);
        held.invalidate(key);
        counts.invalidated(key);
    }

    @Override
    public void clear() {
        fences.raiseAll();
        flights.detachAll();
        held.invalidateAll();
        counts.invalidated("*");
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
