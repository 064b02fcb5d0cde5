package dev.headroom.examples.marketplace.orders;

import java.util.List;
import java.util.Optional;

/**
 * Somebody who may order; there are two, for show.
 *
 * @param tier whom the throttle serves first
 */
public record Buyer(String name, String tier) {
    /** Everybody who may order. */
    public static final List<Buyer> ALL = List.of(new Buyer("ana", "gold"), new Buyer("ben", "free"));

    /** The buyer of this name. */
    public static Optional<Buyer> named(String name) {
        return ALL.stream().filter(buyer -> buyer.name().equals(name)).findFirst();
    }

    /** Where their mail goes. */
    public String mail() {
        return name + "@marketplace.example";
    }
}
