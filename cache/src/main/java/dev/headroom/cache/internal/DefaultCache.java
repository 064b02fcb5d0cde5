package dev.headroom.cache.internal;

import dev.headroom.cache.AsyncLoader;
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
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One cache, for its callers. How it answers is {@link Reads}' business, loading {@link Flights}', dropping {@link Changes}'.
 */
final class DefaultCache<K, V extends @Nullable Object> implements Cache<K, V> {
    private final String name;
    private final CacheOptions options;
    private final Surroundings around;
    private final CacheCounts counts;
    private final HeldValues held;
    private final Fences fences;
    private final SourceCalls calls;
    private final Holding holding;
    private final Flights flights;
    private final Reads reads;
    private final Changes changes;
    private volatile Type type = Object.class;
    private volatile boolean shares;

    DefaultCache(String name, CacheOptions options, Surroundings around) {
        this.name = name;
        this.options = options;
        this.around = around;
        this.counts = new CacheCounts(name);
        this.held = new HeldValues(name, options.maximumSize(), options.weight(), counts);
        this.fences = new Fences(around.clock);
        Failures failures = new Failures(options.failureBackoff(), around.clock);
        this.calls = new SourceCalls(name, options, around, counts, fences, failures);
        this.holding = new Holding(options, around, counts, failures, held);
        FlightTable table = new FlightTable();
        Joins joins = new Joins(name, counts, calls, holding);
        this.flights = new Flights(name, options, around, counts, fences, calls, joins, holding, table);
        NaiveLoads naive = new NaiveLoads(counts, fences, calls, holding, table);
        this.reads = new Reads(options, around, counts, holding, flights, joins, table, calls, naive);
        this.changes = new Changes(options, around, counts, fences, failures, table, held);
    }

    @Override
    public String name() {
        return name;
    }

    /** Before it is used: this cache's part of what JVMs share. */
    void share(Homes homes) {
        SharedSide mine = new SharedSide(name, options, homes, fences, changes, around);
        Unshared unshared = new Unshared(name, options.localFresh(), counts);
        SharedLoads shared =
                new SharedLoads(options, mine, around, counts, new SharedValues(name, options, () -> type, unshared));
        holding.share(mine);
        flights.share(shared);
        reads.share(shared);
        changes.share(mine, shared);
        shares = true;
    }

    /** Whether it shares anything with other JVMs. */
    boolean shares() {
        return shares;
    }

    CacheCounts counts() {
        return counts;
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
    public V get(K key, Loader<? super K, ? extends V> loader) { // the next would be one frame more for each who waits
        Objects.requireNonNull(loader, "loader");
        Entry hit = reads.hit(key);
        if (hit != null) {
            return cast(hit.value);
        }
        try {
            return cast(reads.one(key, load -> load.ended(loader.load(key)), options.entries()));
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
    }

    @Override
    public V get(K key, Loader<? super K, ? extends V> loader, EntryOptions entries) {
        Objects.requireNonNull(loader, "loader");
        Entry hit = reads.hit(key);
        if (hit != null) {
            return cast(hit.value);
        }
        try {
            return cast(reads.one(key, load -> load.ended(loader.load(key)), entries));
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
        Entry hit = reads.hit(key);
        if (hit != null) {
            return cast(hit.value);
        }
        try {
            return cast(reads.one(key, load -> load.ended(loader.load(key, context(load))), entries));
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
    }

    @Override
    public CompletableFuture<V> getAsync(K key, AsyncLoader<? super K, ? extends V> loader) {
        return getAsync(key, loader, options.entries());
    }

    @Override
    public CompletableFuture<V> getAsync(K key, AsyncLoader<? super K, ? extends V> loader, EntryOptions entries) {
        Objects.requireNonNull(loader, "loader");
        if (reads.off()) {
            return answer(reads.uncached(key, load -> load.ended(loader.load(key))));
        }
        return later(key, load -> load.ended(calls.resultOf(loader.load(key))), entries, around.loads);
    }

    @Override
    public CompletableFuture<V> getAsync(K key, Loader<? super K, ? extends V> loader, Executor executor) {
        return getAsync(key, loader, executor, options.entries());
    }

    @Override
    public CompletableFuture<V> getAsync(
            K key, Loader<? super K, ? extends V> loader, Executor executor, EntryOptions entries) {
        Objects.requireNonNull(loader, "loader");
        return later(key, load -> load.ended(loader.load(key)), entries, Objects.requireNonNull(executor, "executor"));
    }

    private CompletableFuture<V> later(K key, Source source, EntryOptions entries, Executor executor) {
        return answer(reads.later(key, source, entries, executor));
    }

    private CompletableFuture<V> answer(CompletableFuture<@Nullable Object> found) {
        CompletableFuture<V> answer = found.handle((value, failure) -> {
            if (failure != null) {
                throw Thrown.completion(name, failure);
            }
            return cast(value);
        });
        return answer.isDone() || !around.gate.inside() ? answer : Answer.of(answer, calls);
    }

    @SuppressWarnings("unchecked") // its values are those of this cache
    private LoadContext<V> context(Load load) {
        return (LoadContext<V>) load;
    }

    /** The key's value if it is fresh; null if there is more to do than to give it. */
    @Nullable Entry hit(Object key) {
        return reads.hit(key);
    }

    /** The key's value; throws what the source threw. */
    @Nullable Object fetch(Object key, Source source, EntryOptions entries) throws Throwable {
        return reads.one(key, source, entries);
    }

    /** The keys' values, null for those that have none, in the keys' order; throws what the source threw. */
    Map<Object, @Nullable Object> fetchAll(Collection<?> keys, BulkLoads.BulkSource source, EntryOptions entries)
            throws Throwable {
        return reads.all(keys, source, entries);
    }

    void store(Object key, @Nullable Object value, EntryOptions entries, Set<String> tags) {
        changes.store(key, value, entries, tags);
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
            Map<?, ?> found = reads.all(keys, wanted -> loader.load((Set<K>) wanted), entries);
            found.values().removeIf(Objects::isNull);
            return (Map<K, V>) found;
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
    }

    @Override
    public Optional<Lookup<V>> peek(K key) {
        Entry entry = held.map().get(Objects.requireNonNull(key, "key"));
        long now = around.now();
        return entry == null || entry.useless(now) ? Optional.empty() : Optional.of(lookup(entry, now));
    }

    @Override
    public Optional<Lookup<V>> getIfPresent(K key) {
        return Optional.ofNullable(reads.present(key)).map(entry -> lookup(entry, around.now()));
    }

    private Lookup<V> lookup(Entry entry, long now) {
        Lookup.State fresh = entry.negative() ? Lookup.State.NEGATIVE : Lookup.State.FRESH;
        Lookup.State state = entry.fresh(now) ? fresh : Lookup.State.STALE;
        return new Lookup<>(cast(entry.value), state, Duration.ofNanos(now - entry.storedAt));
    }

    @Override
    public void put(K key, V value) {
        put(key, value, options.entries());
    }

    @Override
    public void put(K key, V value, EntryOptions entries) {
        changes.store(key, value, entries, Set.of());
    }

    @Override
    public V refresh(K key, Loader<? super K, ? extends V> loader) {
        Objects.requireNonNull(loader, "loader");
        return refreshed(key, load -> load.ended(loader.load(key)));
    }

    @Override
    public V refresh(K key, ContextLoader<? super K, V> loader) {
        Objects.requireNonNull(loader, "loader");
        return refreshed(key, load -> load.ended(loader.load(key, context(load))));
    }

    private V refreshed(K key, Source source) {
        Objects.requireNonNull(key, "key");
        try {
            Object value = around.mode() == CacheMode.OFF
                    ? calls.uncached(key, source)
                    : flights.reload(key, source, options.entries());
            return cast(value);
        } catch (Throwable failure) {
            throw Thrown.unchecked(name, failure);
        }
    }

    @Override
    public void invalidate(K key) {
        changes.invalidate(key);
    }

    /** Drops a key, as {@link #invalidate} does. */
    void drop(Object key) {
        changes.invalidate(key);
    }

    @Override
    public void clear() {
        changes.invalidateAll();
    }

    @Override
    public void invalidateTag(String tag) {
        changes.invalidateTag(tag);
    }

    /** Drops what is held because it is no longer to be used; nothing has changed at its source. */
    void forget() {
        changes.forget();
    }

    @Override
    public CacheStats stats() {
        return counts.stats(held.size());
    }

    @Override
    public String toString() {
        return "Cache[" + name + ", " + stats() + "]";
    }

    @SuppressWarnings({"unchecked", "NullAway"}) // V is what the loaders of this cache return, null included
    private V cast(@Nullable Object value) {
        return (V) value;
    }
}
