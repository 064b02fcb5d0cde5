package dev.headroom.cache.spring;

import dev.headroom.cache.Caches;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cache.CacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * In Spring Boot 3.5 and 4, makes the application's {@link Caches} bean Spring's {@link CacheManager}, unless it has a manager of its own or
 * {@code spring.cache.type} names another. Annotations come alive by {@code @EnableCaching}, as always.
 */
@AutoConfiguration(
        beforeName = {
            "org.springframework.boot.autoconfigure.cache.CacheAutoConfiguration",
            "org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration"
        })
@ConditionalOnBean(Caches.class)
@Conditional(HeadroomCacheAutoConfiguration.NoOtherType.class)
public class HeadroomCacheAutoConfiguration {
    /** The manager. */
    @Bean
    @ConditionalOnMissingBean(CacheManager.class)
    public HeadroomCacheManager headroomCacheManager(Caches caches) {
        return new HeadroomCacheManager(caches);
    }

    /** Whether the application has left open which manager it wants. */
    static final class NoOtherType implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return !context.getEnvironment().containsProperty("spring.cache.type");
        }
    }
}
