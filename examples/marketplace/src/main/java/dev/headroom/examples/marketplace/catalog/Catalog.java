package dev.headroom.examples.marketplace.catalog;

import dev.headroom.cache.Cached;
import dev.headroom.flags.Gated;
import dev.headroom.router.ReadOnly;
import java.util.List;
import java.util.Optional;

/**
 * What is offered, for those who look.
 *
 * <p>Reads go to a standby that has what this user wrote. The front page is the same for everybody, so it comes from the cache and
 * follows new products as it refreshes.
 */
public interface Catalog {
    /** The front page's products, newest first. */
    @Cached(cache = "front-page", key = "'newest'")
    @ReadOnly
    List<Product> newest();

    /** A product; the seller sees it the moment it is written, whatever the standbys lag. */
    @Cached(cache = "products", key = "#id", unless = "#result == null")
    @ReadOnly
    Optional<Product> product(long id);

    /** Products whose title has each of these words, in any order. */
    @ReadOnly(maxStaleness = "10s")
    List<Product> search(String words);

    /** What a seller offers, newest first. */
    @ReadOnly
    List<Product> ofSeller(long sellerId);

    /** A seller's name. */
    @ReadOnly
    Optional<String> sellerName(long sellerId);

    /** Others by the same seller: nice to have, and the first thing to go under load. */
    @Gated(value = "related-products", whenOff = Gated.WhenOff.EMPTY)
    @Cached(cache = "related", key = "#product.id")
    @ReadOnly(maxStaleness = "1m")
    List<Product> related(Product product);
}
