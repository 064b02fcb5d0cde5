package dev.headroom.benchmarks.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.cache2k.Cache2kBuilder;

/** Caches of one JVM. */
final class LocalSubjects {
    private LocalSubjects() {}

    private static String call(Callable<String> loader) {
        try {
            return loader.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static final class OfCaffeine implements Subject {
        private final Cache<String, String> cache;

        OfCaffeine(Duration fresh) {
            cache = Caffeine.newBuilder()
                    .maximumSize(10_000)
                    .expireAfterWrite(fresh)
                    .build();
        }

        @Override
        public String get(String key, Callable<String> loader) {
            return cache.get(key, wanted -> call(loader));
        }

        @Override
        public void close() {}
    }

    /** Refreshes at the first call after the time, in the background, and serves the old value meanwhile. */
    static final class OfRefreshingCaffeine implements Subject {
        private final Map<String, Callable<String>> loaders = new ConcurrentHashMap<>();
        private final LoadingCache<String, String> cache;

        OfRefreshingCaffeine(Duration fresh) {
            cache = Caffeine.newBuilder()
                    .maximumSize(10_000)
                    .refreshAfterWrite(fresh)
                    .expireAfterWrite(fresh.plusMinutes(1))
                    .build(key -> call(Objects.requireNonNull(loaders.get(key))));
        }

        @Override
        public String get(String key, Callable<String> loader) {
            loaders.putIfAbsent(key, loader);
            return cache.get(key);
        }

        @Override
        public void close() {}
    }

    static final class OfCache2k implements Subject {
        private final org.cache2k.Cache<String, String> cache;

        OfCache2k(Duration fresh) {
            cache = Cache2kBuilder.of(String.class, String.class)
                    .entryCapacity(10_000)
                    .expireAfterWrite(fresh.toMillis(), TimeUnit.MILLISECONDS)
                    .build();
        }

        @Override
        public String get(String key, Callable<String> loader) {
            return cache.computeIfAbsent(key, wanted -> call(loader));
        }

        @Override
        public void close() {
            cache.close();
        }
    }
}
