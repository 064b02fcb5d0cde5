package dev.headroom.health;

import dev.headroom.config.Checks;
import java.time.Duration;

/**
 * A named check of one thing that the application depends on, done as the application itself uses it.
 *
 * @param name the dependency's name, as readiness shows it
 * @param timeout how long it may take before it counts as failed
 * @param required whether the application can't serve without it; an optional one is shown but does not fail readiness
 * @param probe does the check; returns normally when well, throws with a telling message when not
 */
public record HealthCheck(String name, Duration timeout, boolean required, Probe probe) {
    /** The timeout of {@link #required(String, Probe)} and {@link #optional(String, Probe)}: 2 seconds. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(2);

    /** Checks name and timeout. */
    public HealthCheck {
        Checks.name("name", name);
        Checks.positive("timeout", timeout);
        Checks.present("probe", probe);
    }

    /** A check of something the application can't serve without. */
    public static HealthCheck required(String name, Probe probe) {
        return new HealthCheck(name, DEFAULT_TIMEOUT, true, probe);
    }

    /** A check of something the application can do without for a while. */
    public static HealthCheck optional(String name, Probe probe) {
        return new HealthCheck(name, DEFAULT_TIMEOUT, false, probe);
    }

    /** The same check with another timeout. */
    public HealthCheck within(Duration timeout) {
        return new HealthCheck(name, timeout, required, probe);
    }

    /** The work of a check; may be interrupted at its timeout. */
    @FunctionalInterface
    public interface Probe {
        /** Returns normally when the dependency is well. */
        void check() throws Exception;
    }
}
