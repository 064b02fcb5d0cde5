package dev.headroom.examples.marketplace.catalog;

import java.time.Instant;

/**
 * Something offered.
 *
 * @param photo the name its photograph's blobs begin with, for example {@code photos/0c1f…}
 * @param photoReady whether the small pictures exist
 */
public record Product(
        long id,
        long sellerId,
        String sellerName,
        String title,
        long priceCents,
        String photo,
        boolean photoReady,
        Instant createdAt) {}
