package dev.headroom.examples.marketplace.orders;

import java.util.List;

/** What was bought. */
public record Order(long id, String buyer, long totalCents, List<Line> lines) {
    /** A product as it was when it was bought. */
    public record Line(long productId, String title, long priceCents, int quantity) {}
}
