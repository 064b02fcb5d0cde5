package dev.headroom.cache.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headroom.cache.Caches;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.cache.CacheAutoConfiguration;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.cache.support.NoOpCacheManager;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Whose cache manager an application gets. */
class AutoConfigurationTest {
    @Configuration(proxyBeanMethods = false)
    @EnableCaching
    @ImportAutoConfiguration({HeadroomCacheAutoConfiguration.class, CacheAutoConfiguration.class})
    static class Application {
        @Bean
        Caches caches() {
            return Caches.withDefaults();
        }
    }

    @Test
    void aTypeThatIsSetIsNotReplaced() {
        assertThat(manager()).isEqualTo(HeadroomCacheManager.class);
        assertThat(manager("--spring.cache.type=simple")).isEqualTo(ConcurrentMapCacheManager.class);
        assertThat(manager("--spring.cache.type=none")).isEqualTo(NoOpCacheManager.class);
    }

    private static Class<?> manager(String... arguments) {
        SpringApplication application = new SpringApplication(Application.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setRegisterShutdownHook(false);
        try (ConfigurableApplicationContext context = application.run(arguments)) {
            return context.getBean(CacheManager.class).getClass();
        }
    }
}
