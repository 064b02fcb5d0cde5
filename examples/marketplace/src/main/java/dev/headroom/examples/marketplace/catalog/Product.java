package dev.headroom.examples.marketplace.catalog;

import java.time.Instant;

/**
 * Something offered.
 *
 * @param photo the name its photograph's blobs begin with, for example {@code photos/0c1f…}
 * @param photoReady whether the small pictures exist
 * @param photoFailed whether they can't be made
 */
public record Product(
        long id,
        long sellerId,
        String sellerName,
        String title,
        long priceCents,
        String photo,
        boolean photoReady,
        Instant createdAt,
        boolean photoFailed) {
    private static final int VERSION_LENGTH = 8;

    /**
     * Where a small picture is. A part of the photograph's name is in it: a site that begins anew counts its products anew, and browsers
     * keep pictures for ever.
     */
    public String image(String size) {
        return "/images/" + id + "/" + size + "?v=" + photoVersion();
    }

    /** The end of the photograph's name. */
    public String photoVersion() {
        return photo.substring(Math.max(0, photo.length() - VERSION_LENGTH));
    }
}
