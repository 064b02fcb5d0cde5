package dev.headroom.cache.spring;

import dev.headroom.cache.Caches;
import dev.headroom.config.Checks;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;

/**
 * Spring's {@link CacheManager} over {@link Caches}: {@code @Cacheable(sync = true)} loads once for all who want a value at the same time,
 * serves what is stale while it refreshes, and never stores what an eviction has overtaken.
 *
 * <p>Without {@code sync} Spring itself asks, calls the method and stores its result: then many callers may call it at once, and what is
 * stale is not served; and on a cache that several JVMs share, Spring asks this JVM alone, where what
 * has not been compared with the others for {@code localFresh} counts as absent, and each put drops what the others hold. Methods that return a {@link java.util.concurrent.CompletableFuture} or a reactive type load once with
 * {@code sync} as well; such a load waits on a thread of the executor. Null results are kept for the cache's {@code negative}, so by
 * default not at all. Every name has a cache, with the options that {@link Caches} has for it. Thread-safe.
 *
 * <pre>{@code
 * @Bean
 * CacheManager cacheManager(Caches caches) {
 *     return new HeadroomCacheManager(caches);
 * }
 * }</pre>
 */
public final class HeadroomCacheManager implements CacheManager, DisposableBean {
    private final Caches caches;
    private final Executor executor;
    private final @Nullable WaitingThreads own;
    private final Map<String, SpringCache> byName = new ConcurrentHashMap<>();

    /** A manager whose asynchronous loads wait on at most 64 threads of its own; of more than 1,000 that wait for one, the rest fail. */
    public HeadroomCacheManager(Caches caches) {
        this.caches = Checks.present("caches", caches);
        this.own = new WaitingThreads();
        this.executor = own;
    }

    /** A manager whose asynchronous loads wait on this executor, which it does not close. */
    public HeadroomCacheManager(Caches caches, Executor executor) {
        this.caches = Checks.present("caches", caches);
        this.own = null;
        this.executor = Checks.present("executor", executor);
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if {@link Caches} knows the name with types of its own
     */
    @Override
    public Cache getCache(String name) {
        SpringCache known = byName.get(name);
        return known != null ? known : byName.computeIfAbsent(name, this::create);
    }

    private SpringCache create(String name) {
        return new SpringCache(caches.cache(name, Object.class, Object.class), executor);
    }

    @Override
    public Collection<String> getCacheNames() {
        return List.copyOf(byName.keySet());
    }

    /** Ends its own threads, when Spring closes. */
    @Override
    public void destroy() {
        if (own != null) {
            own.close();
        }
    }
}
