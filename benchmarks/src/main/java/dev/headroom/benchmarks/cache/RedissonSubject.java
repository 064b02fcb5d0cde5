package dev.headroom.benchmarks.cache;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;
import org.redisson.spring.cache.CacheConfig;
import org.redisson.spring.cache.RedissonSpringCacheManager;
import org.springframework.cache.Cache;

/** Redisson's cache for Spring. */
final class RedissonSubject implements Subject {
    private final RedissonClient client;
    private final Cache cache;

    RedissonSubject(Subjects.Servers servers, Duration fresh) {
        Config config = new Config();
        config.useSingleServer().setAddress("redis://127.0.0.1:" + servers.redisPort());
        client = Redisson.create(config);
        RedissonSpringCacheManager manager =
                new RedissonSpringCacheManager(client, Map.of("products", new CacheConfig(fresh.toMillis(), 0)));
        try {
            manager.afterPropertiesSet();
        } catch (Exception e) {
            client.shutdown();
            throw new IllegalStateException(e);
        }
        cache = Objects.requireNonNull(manager.getCache("products"));
    }

    @Override
    public String get(String key, Callable<String> loader) {
        return Objects.requireNonNull(cache.get(key, loader));
    }

    /** Spring's interface has no such call; the map behind it has. */
    @Override
    public Map<String, String> getAll(Collection<String> keys) {
        return client.<String, String>getMapCache("products").getAll(Set.copyOf(keys));
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
