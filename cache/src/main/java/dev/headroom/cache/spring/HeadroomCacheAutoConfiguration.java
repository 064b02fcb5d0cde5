package dev.headroom.cache.spring;

import dev.headroom.cache.Caches;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cache.CacheManager;
import org.springframework.context.annotation.Bean;

/**
 * In Spring Boot 3.5 and 4, makes the application's {@link Caches} bean Spring's {@link CacheManager}, unless it has a manager of its own. Annotations come
 * alive by {@code @EnableCaching}, as always.
 */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.autoconfigure.cache.CacheAutoConfiguration",
            "org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration"
        })
@ConditionalOnBean(Caches.class)
public class HeadroomCacheAutoConfiguration {
    /** The manager. */
    @Bean
    @ConditionalOnMissingBean(CacheManager.class)
    public HeadroomCacheManager headroomCacheManager(Caches caches) {
        return new HeadroomCacheManager(caches);
    }
}
