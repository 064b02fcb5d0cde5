package dev.headroom.testkit.internal;

import java.util.Map;
import java.util.Optional;

/** Addresses of services that somebody else runs, from the environment. */
public final class ServiceAddresses {

    private final Map<String, String> environment;

    /** Reads from the given variables. */
    public ServiceAddresses(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** Reads from the variables of this process. */
    public static ServiceAddresses ofThisProcess() {
        return new ServiceAddresses(System.getenv());
    }

    /** The value of a variable such as {@code HEADROOM_TEST_MEMCACHED}; one that is blank counts as not set. */
    public Optional<String> find(String variable) {
        return Optional.ofNullable(environment.get(variable)).map(String::strip).filter(value -> !value.isEmpty());
    }
}
