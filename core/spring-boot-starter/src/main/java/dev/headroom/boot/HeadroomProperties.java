package dev.headroom.boot;

import dev.headroom.config.Checks;
import dev.headroom.config.Problems;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The options of the application's {@code Headroom}.
 *
 * @param name the application's name; unless set, {@code spring.application.name} with a hyphen for what can't be in a name ({@code Pet Clinic}
 *     becomes {@code Pet-Clinic}), else {@code application}
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
        @DefaultValue("true") boolean drain) {

    /** Tells all that is wrong at once, by the names of the properties. */
    void check() {
        Problems problems = new Problems();
        if (!name.isEmpty()) {
            problems.collect(() -> Checks.name("headroom.name", name));
        }
        problems.collect(() -> Checks.notNegative("headroom.readiness-grace", readinessGrace))
                .collect(() -> Checks.positive("headroom.drain-timeout", drainTimeout))
                .collect(() -> Checks.notNegative("headroom.health-cache-for", healthCacheFor))
                .throwIfAny();
    }
}
