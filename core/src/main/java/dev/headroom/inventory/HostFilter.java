package dev.headroom.inventory;

import java.util.function.Predicate;

/**
 * Chooses hosts by their properties.
 *
 * <pre>{@code
 * inventory.host("mysql", property("master", true), environment("prod"));
 * }</pre>
 *
 * @param description for messages, for example {@code master=true}
 * @param test whether a host is chosen
 */
public record HostFilter(String description, Predicate<Host> test) {
    /** Hosts whose property has this value. */
    public static HostFilter property(String key, Object value) {
        String wanted = String.valueOf(value);
        return new HostFilter(
                key + "=" + wanted, host -> wanted.equals(host.properties().get(key)));
    }

    /** Hosts of this environment: {@code property("environment", name)}. */
    public static HostFilter environment(String name) {
        return property("environment", name);
    }
}
