package dev.headroom.cache;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A named cache that loads a value once for all who want it at the same time.
 *
 * <p>Of the callers who find no value, one loads on its own thread and the others wait for it ({@link CacheOptions#waitAtMost}). Loads of
 * different keys wait for one another only for a place, if there are {@link CachesBuilder#maximumLoads}. A failed load stores nothing; all who waited get the failure, unless a stale value may be
 * served ({@link EntryOptions#staleIfError()}). A loader that asks for the key it is loading gets an {@link IllegalStateException}
 * instead of a deadlock.
 *
 * <p>An invalidation during a load wins: the load still answers those who already wait for it, but its value is not stored, and whoever asks
 * after the invalidation loads anew, at or beyond the position that the invalidating request had to read at
 * ({@link dev.headroom.consistency.Consistency}), so that a lagging standby can't put the old value back.
 *
 * <p>Values are shared by all callers and must not be changed. Keys need {@code equals} and {@code hashCode}. Thread-safe.
 *
 * <pre>{@code
 * Product product = products.get(id, catalog::find);
 * products.invalidate(id);
 * }</pre>
 *
 * @param <K> the keys
 * @param <V> the values; nullable where a loader may answer null
 */
public interface Cache<K, V extends @Nullable Object> {
    /** The cache's name. */
    String name();

    /**
     * The key's value, loaded if need be, kept as the cache's options say.
     *
     * @throws CacheLoadException if the loader failed with a checked exception; unchecked ones are thrown as they are
     * @throws CacheTimeoutException if another caller's load, or the wait for a place to load, took too long
     */
    V get(K key, Loader<? super K, ? extends V> loader);

    /** The key's value, loaded if need be, kept as these options say. */
    V get(K key, Loader<? super K, ? extends V> loader, EntryOptions options);

    /** The key's value, loaded if need be by a loader that says itself how long it lives and what tags it has. */
    V get(K key, ContextLoader<? super K, V> loader);

    /** The same, with options that the loader may change. */
    V get(K key, ContextLoader<? super K, V> loader, EntryOptions options);

    /**
     * The key's value without blocking the caller: complete at once if it is held, else when it is loaded. The loader is called on a thread of
     * {@link CachesBuilder#loadExecutor}, which waits for its stage; callers who wait for another's load need no thread. Which load that is, timeouts and
     * stale values are as with {@link #get}, and so are failures, by which the future completes. Cancelling it does not end the load. What depends on it runs on the
     * thread that loaded, unless it is given an executor. A loader that asks for the key it is loading gets its {@link IllegalStateException} from this method, not by the
     * future, as does who gives no key or no loader its {@link NullPointerException}.
     *
     * <p>A loader may itself ask for other keys, in either way. What it asks for on the thread it was called on is never queued behind loads that wait: it runs on
     * further threads, as many as there are of the first, or else on the loader's own before this method returns; and the load lends its place among
     * {@link CachesBuilder#maximumLoads} while its thread waits for the answer: for the stage that the loader returns, or in {@code get} or {@code join} of the
     * future or of one made of it (not of {@link CompletableFuture#allOf}, whose {@code thenApply} a loader should return). Two loaders that need one another's key wait in vain, for {@link CacheOptions#waitAtMost}. So
     * does what a loader's stage asks for later, on another thread, while loads like it have all the places: nobody can see that it belongs to one of them.
     */
    CompletableFuture<V> getAsync(K key, AsyncLoader<? super K, ? extends V> loader);

    /** The same, kept as these options say. */
    CompletableFuture<V> getAsync(K key, AsyncLoader<? super K, ? extends V> loader, EntryOptions options);

    /** The same with a loader that blocks, on this executor. */
    CompletableFuture<V> getAsync(K key, Loader<? super K, ? extends V> loader, Executor executor);

    /** The same with a loader that blocks, on this executor, kept as these options say. */
    CompletableFuture<V> getAsync(
            K key, Loader<? super K, ? extends V> loader, Executor executor, EntryOptions options);

    /**
     * The values of several keys, in their order; a key that has none is not in the answer. What nobody has and nobody is loading is loaded by one call of
     * the loader; what others load is waited for. A key is loaded once, whether by this or by {@link #get}.
     *
     * <p>There is an answer for all keys or none: if one has to be loaded and fails, or another caller's load of it fails or is late, and no stale value may be served
     * for it, this fails, though it has the values of all others. Those are in the cache then, so that trying again, or asking for one at a time, is cheap.
     *
     * @throws CacheLoadException if the loader failed with a checked exception; unchecked ones are thrown as they are
     * @throws CacheTimeoutException if another caller's load, or the wait for a place to load, took too long
     */
    Map<K, V> getAll(Collection<? extends K> keys, BulkLoader<K, V> loader);

    /** The same, kept as these options say. */
    Map<K, V> getAll(Collection<? extends K> keys, BulkLoader<K, V> loader, EntryOptions options);

    /** What is held for the key; never loads, counts nothing. */
    Optional<Lookup<V>> peek(K key);

    /**
     * What {@link #get} would answer with from this JVM, without any load: a fresh value, or a null known to be absent. Counts a hit or a miss. Empty
     * while the cache is switched off, and for a value that has to be compared with the shared tier first. Never loads, refreshes or asks the tier.
     */
    Optional<Lookup<V>> getIfPresent(K key);

    /**
     * Stores a value, in place of what is there or being loaded. A null is stored as known to be absent. Later loads of the key run at or beyond the position that the
     * current request has to read at, as after {@link #invalidate}.
     *
     * <p>Nobody can tell which of two values that are put at the same time, or of a value and an invalidation, is the newer one: if one caller writes 1 to the source and
     * another 2, and they put them in the other order, 1 stays for as long as it is fresh. Where two may write the same, invalidate.
     */
    void put(K key, V value);

    /** Stores a value that lives as these options say. */
    void put(K key, V value, EntryOptions options);

    /**
     * Loads the key now, on the calling thread, and stores the result in place of what is there: to prime a cache, or when the old
     * value is known to be wrong. Until it is loaded, the old value is served.
     */
    V refresh(K key, Loader<? super K, ? extends V> loader);

    /**
     * The same by a loader that is told of the value there was ({@link LoadContext#stale()}), fresh or not, the shared tier's if there is one: to bring it up to date by what
     * has come since, for instance.
     */
    V refresh(K key, ContextLoader<? super K, V> loader);

    /** Drops the key's value; a load that runs now will not store. On return no call in this JVM gets the old value any more. */
    void invalidate(K key);

    /** Drops every value that was loaded with the tag ({@link LoadContext#tags}), as {@link #invalidate} does. */
    void invalidateTag(String tag);

    /** Drops everything, as {@link #invalidate} does. */
    void clear();

    /** Counts since the cache was made. */
    CacheStats stats();
}
