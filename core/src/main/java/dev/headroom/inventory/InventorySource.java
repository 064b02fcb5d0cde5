package dev.headroom.inventory;

import java.io.IOException;
import java.util.List;

/**
 * Where an inventory's hosts come from; implement it for a registry, a table, an API.
 *
 * <p>Asked again once an interval by the inventory's one thread. A failure keeps the last good state.
 */
@FunctionalInterface
public interface InventorySource {
    /**
     * All hosts, in their order.
     *
     * @throws IOException if they can't be read now
     * @throws RuntimeException if what there is makes no sense
     */
    List<Host> load() throws IOException;

    /**
     * Something that is equal as long as the hosts are; what takes long to load may give something cheaper here. Default: the hosts.
     *
     * @throws IOException if it can't be read now
     */
    default Object version() throws IOException {
        return load();
    }

    /** How messages call it. */
    default String description() {
        return getClass().getSimpleName();
    }
}
