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
 * <p>Beans of {@link HealthCheck} and {@link ServiceInventory} are taken too; everything else by a {@link HeadroomCustomizer}. Components
 * are plugged in the order of their beans ({@code @Order}). An application that has a {@code Headroom} bean of its own keeps it.
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
        String name = properties.name().isEmpty()
                ? environment.getProperty("spring.application.name", "application")
                : properties.name();
        Headroom.Builder builder = Headroom.builder(name)
                .readinessGrace(properties.readinessGrace())
                .drainTimeout(properties.drainTimeout())
                .healthCacheFor(properties.healthCacheFor());
        components.orderedStream().forEach(builder::plug);
        checks.orderedStream().forEach(builder::healthCheck);
        inventory.ifUnique(builder::inventory);
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        return builder.build();
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
