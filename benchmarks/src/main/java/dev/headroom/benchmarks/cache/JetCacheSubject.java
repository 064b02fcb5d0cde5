package dev.headroom.benchmarks.cache;

import com.alicp.jetcache.Cache;
import com.alicp.jetcache.MultiLevelCacheBuilder;
import com.alicp.jetcache.embedded.LinkedHashMapCacheBuilder;
import com.alicp.jetcache.redis.lettuce.RedisLettuceCacheBuilder;
import com.alicp.jetcache.support.Fastjson2KeyConvertor;
import com.alicp.jetcache.support.JavaValueDecoder;
import com.alicp.jetcache.support.JavaValueEncoder;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** JetCache in this JVM and Redis, without and with its protection against several loads. */
final class JetCacheSubject implements Subject {
    private final RedisClient client;
    private final Cache<String, String> cache;

    JetCacheSubject(Subjects.Servers servers, Subjects.Setup setup, boolean protect) {
        long fresh = setup.fresh().toMillis();
        client = RedisClient.create(RedisURI.create("127.0.0.1", servers.redisPort()));
        Cache<String, String> local = LinkedHashMapCacheBuilder.createLinkedHashMapCacheBuilder()
                .limit(10_000)
                .keyConvertor(Fastjson2KeyConvertor.INSTANCE)
                .expireAfterWrite(fresh, TimeUnit.MILLISECONDS)
                .buildCache();
        Cache<String, String> remote = RedisLettuceCacheBuilder.createRedisLettuceCacheBuilder()
                .keyConvertor(Fastjson2KeyConvertor.INSTANCE)
                .valueEncoder(JavaValueEncoder.INSTANCE)
                .valueDecoder(JavaValueDecoder.INSTANCE)
                .redisClient(client)
                .keyPrefix("products:")
                .expireAfterWrite(fresh, TimeUnit.MILLISECONDS)
                .buildCache();
        if (!setup.local()) {
            cache = remote;
            return;
        }
        cache = MultiLevelCacheBuilder.createMultiLevelCacheBuilder()
                .addCache(local, remote)
                .expireAfterWrite(fresh, TimeUnit.MILLISECONDS)
                .cachePenetrateProtect(protect)
                .buildCache();
    }

    @Override
    public String get(String key, Callable<String> loader) {
        return cache.computeIfAbsent(key, wanted -> {
            try {
                return loader.call();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public Map<String, String> getAll(Collection<String> keys) {
        return cache.getAll(Set.copyOf(keys));
    }

    @Override
    public void close() {
        cache.close();
        client.shutdown();
    }
}
