package dev.headroom.examples.boot3;

import dev.headroom.cache.Caches;
import dev.headroom.cache.CachesBuilder;
import dev.headroom.cache.memcached.MemcachedTier;
import dev.headroom.cache.servlet.PageCache;
import dev.headroom.cache.servlet.PageCacheBuilder;
import dev.headroom.memcached.Memcached;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Values and pages that are made once at a time: for this instance, or for all of them if there is a memcached. */
@Configuration(proxyBeanMethods = false)
@EnableCaching
class Caching {
    @Bean
    @ConditionalOnProperty("memcached.nodes")
    Memcached memcached(@Value("${memcached.nodes}") String nodes) {
        return Memcached.nodes(nodes).operationTimeout(Duration.ofSeconds(2)).build();
    }

    @Bean
    Caches caches(ObjectProvider<Memcached> memcached) {
        CachesBuilder caches = Caches.builder();
        memcached.ifAvailable(nodes -> caches.shared(MemcachedTier.on(nodes)));
        return caches.build();
    }

    @Bean
    PageCache pages(ObjectProvider<Memcached> memcached) {
        PageCacheBuilder pages = PageCache.builder();
        memcached.ifAvailable(nodes -> pages.shared(MemcachedTier.on(nodes)));
        return pages.build();
    }
}
