package dev.headroom.cache.spi;

import java.util.Map;
import java.util.Set;

/**
 * What became of several values that were to be stored under leases. Keys in neither were not stored, because something had happened to them.
 *
 * @param stored the keys of those that were stored
 * @param failed why the others failed: each for itself, such as a value that the node refuses
 */
public record SharedStores(Set<String> stored, Map<String, SharedTierException> failed) {
    /** Copies both. */
    public SharedStores {
        stored = Set.copyOf(stored);
        failed = Map.copyOf(failed);
    }
}
