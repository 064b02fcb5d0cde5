package dev.headroom.inventory;

import dev.headroom.config.Values;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where an instance of a service is, and its properties. Immutable.
 *
 * @param service the service's name, for example {@code mysql}
 * @param name the host's name or address
 * @param port the port; 0 when it has none
 * @param properties everything else, for example {@code master=true}, {@code environment=prod}, {@code zone=a}
 */
public record Host(String service, String name, int port, Map<String, String> properties) {
    /** Copies the properties. */
    public Host {
        Objects.requireNonNull(service, "service");
        Objects.requireNonNull(name, "name");
        properties = Map.copyOf(properties);
    }

    /** {@code name:port}, or the name alone when there is no port. */
    public String address() {
        return port == 0 ? name : name + ":" + port;
    }

    /** A property as text. */
    public Optional<String> property(String key) {
        return Optional.ofNullable(properties.get(key));
    }

    /** A property as a whole number. @throws dev.headroom.config.ConfigurationException if it is none */
    public Optional<Long> number(String key) {
        return property(key).map(text -> Values.number(key, text));
    }

    /** A property as yes or no: {@code true} or {@code false}. @throws dev.headroom.config.ConfigurationException if it is neither */
    public Optional<Boolean> flag(String key) {
        return property(key).map(text -> Values.flag(key, text));
    }

    /** A property as a duration: {@code 250ms}, {@code 5s}, {@code PT5S}. @throws dev.headroom.config.ConfigurationException if it is none */
    public Optional<Duration> duration(String key) {
        return property(key).map(text -> Values.duration(key, text));
    }
}
