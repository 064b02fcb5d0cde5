package dev.headroom.boot;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The options of the application's {@code Headroom}.
 *
 * @param name the application's name; {@code spring.application.name} unless set, else {@code application}
 * @param readinessGrace how long load balancers have to notice that readiness fails, before anything stops; 5 s
 * @param drainTimeout how long a drain may take, grace included; 30 s
 * @param healthCacheFor how long a health report is kept; 1 s
 * @param drain whether the application drains before the web server stops; true
 */
@ConfigurationProperties("headroom")
public record HeadroomProperties(
        @DefaultValue("") String name,
        @DefaultValue("5s") Duration readinessGrace,
        @DefaultValue("30s") Duration drainTimeout,
        @DefaultValue("1s") Duration healthCacheFor,
        @DefaultValue("true") boolean drain) {}
