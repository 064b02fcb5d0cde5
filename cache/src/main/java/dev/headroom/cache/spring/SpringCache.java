package dev.headroom.cache.spring;

import dev.headroom.cache.Cache;
import dev.headroom.cache.ContextLoader;
import dev.headroom.cache.Loader;
import dev.headroom.cache.Lookup;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.cache.support.SimpleValueWrapper;

/** One of our caches as Spring sees it. */
final class SpringCache implements org.springframework.cache.Cache {
    private final Cache<Object, @Nullable Object> cache;
    private final Executor executor;

    SpringCache(Cache<Object, @Nullable Object> cache, Executor executor) {
        this.cache = cache;
        this.executor = executor;
    }

    @Override
    public String getName() {
        return cache.name();
    }

    @Override
    public Object getNativeCache() {
        return cache;
    }

    /** What is stale, or has to be compared with the shared tier, is no answer here: Spring calls the method and puts its result. */
    @Override
    public @Nullable ValueWrapper get(Object key) {
        return cache.getIfPresent(key)
                .map(lookup -> new SimpleValueWrapper(lookup.value()))
                .orElse(null);
    }

    @Override
    @SuppressWarnings("unchecked") // checked, or the caller gave no type
    public <T> @Nullable T get(Object key, @Nullable Class<T> type) {
        Object value = cache.getIfPresent(key).map(Lookup::value).orElse(null);
        if (value != null && type != null && !type.isInstance(value)) {
            throw new IllegalStateException("cache " + getName() + ": a value of "
                    + value.getClass().getName() + " (expected: " + type.getName() + ")");
        }
        return (T) value;
    }

    @Override
    @SuppressWarnings("unchecked") // the keys of one method have the values of that method
    public <T> @Nullable T get(Object key, Callable<T> loader) {
        Loader<Object, @Nullable Object> source = k -> {
            try {
                return loader.call();
            } catch (Exception failure) {
                throw new ValueRetrievalException(key, loader, failure);
            }
        };
        return (T) cache.get(key, source);
    }

    @Override
    public @Nullable CompletableFuture<?> retrieve(Object key) {
        ValueWrapper held = get(key);
        return held == null ? null : CompletableFuture.completedFuture(held);
    }

    @Override
    @SuppressWarnings("unchecked") // as above
    public <T> CompletableFuture<T> retrieve(Object key, Supplier<CompletableFuture<T>> loader) {
        Loader<Object, @Nullable Object> source = k -> {
            try {
                return loader.get().get();
            } catch (ExecutionException failed) {
                throw new ValueRetrievalException(key, loader::get, cause(failed));
            } catch (RuntimeException failed) {
                throw new ValueRetrievalException(key, loader::get, failed);
            }
        };
        return (CompletableFuture<T>) cache.getAsync(key, source, executor).handle((value, failure) -> {
            if (failure != null) {
                throw new CompletionException(ofTheMethod(failure));
            }
            return value;
        });
    }

    /** What the method failed with, without what was put around it here and by the future. */
    private static Throwable ofTheMethod(Throwable thrown) {
        Throwable failure = thrown instanceof CompletionException ? cause(thrown) : thrown;
        return failure instanceof ValueRetrievalException ? cause(failure) : failure;
    }

    private static Throwable cause(Throwable wrapper) {
        Throwable cause = wrapper.getCause();
        return cause == null ? wrapper : cause;
    }

    @Override
    @SuppressWarnings("NullAway") // the cache's values may be null
    public void put(Object key, @Nullable Object value) {
        cache.put(key, value);
    }

    /** Atomic: of several who put, one loads what the others get. A stale value counts as there, and is not refreshed by the one that was to be put. */
    @Override
    @SuppressWarnings("NullAway") // as above
    public @Nullable ValueWrapper putIfAbsent(Object key, @Nullable Object value) {
        AtomicReference<@Nullable Boolean> mine = new AtomicReference<>(); // none while nobody has decided
        ContextLoader<Object, @Nullable Object> source = (k, load) -> {
            boolean held = cache.peek(key)
                    .filter(there -> there.state() == Lookup.State.STALE)
                    .isPresent();
            if (held || load.stale().isPresent()) {
                throw new IllegalStateException("cache " + getName() + ": there is a value already (expected: none)");
            }
            if (Boolean.FALSE.equals(
                    mine.compareAndExchange(null, true))) { // a refresh in the background of the value that was there
                throw new IllegalStateException("cache " + getName() + ": there is a value already (expected: none)");
            }
            return value;
        };
        Object there = cache.get(key, source);
        return mine.compareAndSet(null, false) ? new SimpleValueWrapper(there) : null;
    }

    @Override
    public void evict(Object key) {
        cache.invalidate(key);
    }

    @Override
    public boolean evictIfPresent(Object key) {
        boolean present = cache.peek(key).isPresent();
        cache.invalidate(key);
        return present;
    }

    @Override
    public void clear() {
        cache.clear();
    }

    @Override
    public boolean invalidate() {
        boolean any = cache.stats().size() > 0;
        cache.clear();
        return any;
    }
}
