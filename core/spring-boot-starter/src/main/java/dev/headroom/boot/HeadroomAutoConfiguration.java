package dev.headroom.boot;

import dev.headroom.Component;
import dev.headroom.Headroom;
import dev.headroom.health.HealthCheck;
import dev.headroom.inventory.ServiceInventory;
import dev.headroom.spring.HeadroomPostProcessor;
import dev.headroom.spring.SpringTransactionHook;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Plugs every {@link Component} bean into one {@link Headroom} bean, brings annotations on beans to life, and drains before the web
 * server stops.
 *
 * <p>Beans of {@link HealthCheck} and the one of {@link ServiceInventory} are taken too; everything else by a {@link HeadroomCustomizer}.
 * Components are plugged in the order of their beans ({@code @Order}). Two inventories, or two {@code WebOptions}, are refused unless one
 * is {@code @Primary}. An application that has a {@code Headroom} bean of its own keeps it.
 */
@AutoConfiguration
@EnableConfigurationProperties(HeadroomProperties.class)
public class HeadroomAutoConfiguration {
    /** The composition root. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    public Headroom headroom(
            HeadroomProperties properties,
            Environment environment,
            ObjectProvider<Component> components,
            ObjectProvider<HealthCheck> checks,
            ObjectProvider<ServiceInventory> inventory,
            ObjectProvider<HeadroomCustomizer> customizers) {
        properties.check();
        Headroom.Builder builder = Headroom.builder(name(properties, environment))
                .readinessGrace(properties.readinessGrace())
                .drainTimeout(properties.drainTimeout())
                .healthCacheFor(properties.healthCacheFor());
        components.orderedStream().forEach(builder::plug);
        checks.orderedStream().forEach(builder::healthCheck);
        inventory.ifAvailable(builder::inventory);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
    }

    /** Spring Boot's names may be any text: what can't be in a name of ours becomes a hyphen. */
    private static String name(HeadroomProperties properties, Environment environment) {
        if (!properties.name().isEmpty()) {
            return properties.name();
        }
        String derived = environment
                .getProperty("spring.application.name", "")
                .replaceAll("[^A-Za-z0-9._-]+", "-")
                .replaceAll("^[._-]+|-+$", "");
        return derived.isEmpty() ? "application" : derived.substring(0, Math.min(64, derived.length()));
    }

    /** Brings annotations on beans to life. */
    @Bean
    @ConditionalOnMissingBean
    public static HeadroomPostProcessor headroomPostProcessor(ObjectProvider<Headroom> headroom) {
        return new HeadroomPostProcessor(() -> headroom.getObject().enhancer());
    }

    /** Drains before the web server stops. */
    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnProperty(name = "headroom.drain", matchIfMissing = true)
    public DrainLifecycle headroomDrainLifecycle(Headroom headroom) {
        return new DrainLifecycle(headroom);
    }

    /** Work after Spring's transactions, where there are any. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.transaction.support.TransactionSynchronizationManager")
    static class Transactions {
        @Bean
        HeadroomCustomizer headroomSpringTransactions() {
            return builder -> builder.contribute(to -> to.transactionHook(new SpringTransactionHook()));
        }
    }
}
