package dev.headroom.servlet;

import dev.headroom.config.Checks;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.util.List;
import java.util.Set;

/**
 * A filter that a component contributes, and where it belongs. Registered with async support.
 *
 * @param name unique in the application
 * @param slot its place in the order
 * @param filter the filter
 * @param urlPatterns servlet URL patterns, usually {@code /*}
 * @param dispatchers the dispatches it takes part in
 */
public record FilterSpec(
        String name, FilterSlot slot, Filter filter, List<String> urlPatterns, Set<DispatcherType> dispatchers) {
    /** Checks and copies. */
    public FilterSpec {
        Checks.name("name", name);
        Checks.present("slot", slot);
        Checks.present("filter", filter);
        urlPatterns = List.copyOf(Checks.notEmpty("urlPatterns", urlPatterns));
        dispatchers = Set.copyOf(Checks.notEmpty("dispatchers", dispatchers));
    }

    /** A filter for all requests: {@code REQUEST} and {@code ASYNC} dispatches of {@code /*}. */
    public static FilterSpec of(String name, FilterSlot slot, Filter filter) {
        return new FilterSpec(name, slot, filter, List.of("/*"), Set.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
    }

    /** The same filter for these dispatches. */
    public FilterSpec on(DispatcherType first, DispatcherType... more) {
        Set<DispatcherType> all = java.util.EnumSet.of(first, more);
        return new FilterSpec(name, slot, filter, urlPatterns, all);
    }
}
