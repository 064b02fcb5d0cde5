package dev.headroom.benchmarks.cache;

import dev.headroom.cache.Cache;
import dev.headroom.cache.CacheOptions;
import dev.headroom.cache.Caches;
import dev.headroom.cache.memcached.LeaseMode;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.memcached.Memcached;
import dev.headroom.memcached.MemcachedOptions;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Ours: this JVM and memcached, with stale values served for a minute while they are refreshed. An operation has the transport's default time, 250 ms,
 * or 50 ms: on a machine that is busy with other things, the latter may be over although memcached is well, and then each JVM loads for itself.
 */
final class HeadroomSubject implements Subject {
    private static final Duration DEFAULT = MemcachedOptions.defaults().operationTimeout();

    private static final Duration LOCAL = CacheOptions.defaults().localFresh();
    private static final Duration ALWAYS_ASK = Duration.ofNanos(1);

    private final Memcached memcached;
    private final Caches caches;
    private final Cache<String, String> cache;

    private HeadroomSubject(Subjects.Servers servers, Subjects.Setup setup, LeaseMode mode, Duration operation) {
        memcached =
                Memcached.nodes(servers.memcached()).operationTimeout(operation).build();
        caches = Caches.builder()
                .shared(MemcachedTier.on(memcached, mode))
                .cache(
                        "products",
                        options -> options.fresh(setup.fresh())
                                .staleWhileRevalidate(Duration.ofMinutes(1))
                                .localFresh(setup.local() ? LOCAL : ALWAYS_ASK))
                .build();
        cache = caches.cache("products", String.class, String.class);
    }

    static Subject meta(Subjects.Servers servers, Subjects.Setup setup) {
        return new HeadroomSubject(servers, setup, LeaseMode.META, DEFAULT);
    }

    static Subject impatient(Subjects.Servers servers, Subjects.Setup setup) {
        return new HeadroomSubject(servers, setup, LeaseMode.META, Duration.ofMillis(50));
    }

    static Subject classic(Subjects.Servers servers, Subjects.Setup setup) {
        return new HeadroomSubject(servers, setup, LeaseMode.CLASSIC, DEFAULT);
    }

    @Override
    public String get(String key, Callable<String> loader) {
        return cache.get(key, wanted -> loader.call());
    }

    @Override
    public Map<String, String> getAll(Collection<String> keys) {
        return cache.getAll(keys, missing -> {
            throw new IllegalStateException("not there: " + missing);
        });
    }

    @Override
    public void close() {
        caches.close();
        memcached.close();
    }
}
