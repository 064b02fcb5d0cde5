package dev.headroom.boot;

import dev.headroom.Headroom;
import dev.headroom.servlet.WebOptions;
import jakarta.servlet.ServletContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Registers all filters and endpoints, in the one right order and outside of the application's own. A bean of {@link WebOptions} says
 * how.
 */
@AutoConfiguration(before = HeadroomAutoConfiguration.class)
@ConditionalOnClass(ServletContext.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
public class HeadroomWebAutoConfiguration {
    /** Registers with the servlet context before others do, so that these filters are outermost. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    public ServletContextInitializer headroomRegistration(Headroom headroom) {
        return headroom::register;
    }

    /** Takes the application's web options. */
    @Bean
    HeadroomCustomizer headroomWebOptions(ObjectProvider<WebOptions> options) {
        return builder -> options.ifAvailable(builder::web);
    }
}
