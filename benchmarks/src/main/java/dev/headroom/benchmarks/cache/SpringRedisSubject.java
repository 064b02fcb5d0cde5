package dev.headroom.benchmarks.cache;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.springframework.cache.Cache;
import org.springframework.data.redis.cache.RedisCacheConfiguration;
import org.springframework.data.redis.cache.RedisCacheManager;
import org.springframework.data.redis.cache.RedisCacheWriter;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** What {@code @Cacheable(sync = true)} does with Spring Data Redis: its default writer, or the one that locks. */
final class SpringRedisSubject implements Subject {
    private final LettuceConnectionFactory connections;
    private final Cache cache;

    SpringRedisSubject(Subjects.Servers servers, Duration fresh, boolean locking) {
        connections = new LettuceConnectionFactory("127.0.0.1", servers.redisPort());
        connections.afterPropertiesSet();
        connections.start();
        RedisCacheWriter writer = locking
                ? RedisCacheWriter.lockingRedisCacheWriter(connections)
                : RedisCacheWriter.nonLockingRedisCacheWriter(connections);
        RedisCacheManager manager = RedisCacheManager.builder(writer)
                .cacheDefaults(RedisCacheConfiguration.defaultCacheConfig().entryTtl(fresh))
                .build();
        manager.afterPropertiesSet();
        cache = Objects.requireNonNull(manager.getCache("products"));
    }

    @Override
    public String get(String key, Callable<String> loader) {
        return Objects.requireNonNull(cache.get(key, loader));
    }

    @Override
    public void close() {
        connections.destroy();
    }
}
